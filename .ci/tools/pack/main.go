// Pack makes a module proxy, as a folder of files, of modules that are not released yet:
//
//	go run ./pack v0.1.0 /tmp/proxy ../.. ../../examples
//
// writes both as they are now, as version v0.1.0, for GOPROXY=file:///tmp/proxy. It refuses a
// module that requires another of them in another version: whoever installs it would get that one.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: pack VERSION PROXY FOLDER...")
		os.Exit(2)
	}
	if err := pack(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func pack(version, proxy string, folders []string) error {
	modules, err := readModules(folders)
	if err != nil {
		return err
	}
	if err := agree(modules, version); err != nil {
		return err
	}
	for _, m := range modules {
		if err := publish(proxy, m, version); err != nil {
			return fmt.Errorf("%s: %w", m.path(), err)
		}
	}
	return nil
}
