package journal

import (
	"cmp"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/durable"
)

// The manifest says what run the journal is of. What stands in it is compared with what is asked
// for, field by field, in this order; what is only for information is not.
const (
	fieldVersion    = "Version"
	fieldKey        = "Key"
	fieldCodec      = "Codec"
	fieldName       = "Name"
	fieldIn         = "In"
	fieldOut        = "Out"
	fieldForm       = "Form"
	fieldCrashLimit = "CrashLimit"
	fieldDeath      = "death"   // the last one that was recorded; nothing is compared with it
	fieldDeaths     = "deaths"  // how many were recorded; likewise
	fieldOutside    = "outside" // how many deaths were certainly no input's; likewise
)

// entry is a line of the manifest.
type entry struct{ name, value string }

// ownEntries are those that the options give.
func (o Options) entries() []entry {
	key := "content"
	if o.Key != nil {
		key = "Options.Key"
	}
	codec := "json"
	if o.Codec != nil {
		codec = o.Codec.Name()
	}
	return []entry{{fieldVersion, o.Version}, {fieldKey, key}, {fieldCodec, codec}}
}

// runEntries are those that a run gives.
func runEntries(about durable.About, values *valuer) []entry {
	return []entry{
		{fieldName, about.Name},
		{fieldIn, typeName(about.In)},
		{fieldOut, typeName(about.Out)},
		{fieldForm, values.form()},
		{fieldCrashLimit, strconv.Itoa(crashLimit(about))},
	}
}

// crashLimit is how many deaths convict an input.
func crashLimit(about durable.About) int { return cmp.Or(about.CrashLimit, 3) }

// typeName tells types of the same name in different packages apart.
func typeName(t reflect.Type) string {
	if t.PkgPath() != "" {
		return t.PkgPath() + "." + t.Name()
	}
	return t.String()
}

// informative are the lines that nothing is compared with.
func informative() []entry {
	host, _ := os.Hostname()
	entries := []entry{
		{"Go", runtime.Version()}, {"host", host}, {"started", time.Now().UTC().Format(time.RFC3339)},
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/longshore-go/longshore" {
				entries = append(entries, entry{"library", dep.Version})
			}
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				entries = append(entries, entry{"revision", s.Value})
			}
		}
	}
	return entries
}

// agree compares what is recorded with what is asked for, and records what is not there yet.
// Another version is accepted where it is adopted, and before is the one that was recorded.
func (d *database) agree(path string, asked []entry, adopt bool) (before *string, err error) {
	recorded, err := d.manifest()
	if err != nil {
		return nil, err
	}
	for _, e := range asked {
		was, there := recorded[e.name]
		switch {
		case there && (was == e.value || (e.name == fieldVersion && e.value == "")):
			continue
		case there && !(adopt && e.name == fieldVersion):
			return nil, &MismatchError{Path: path, Field: e.name, Recorded: was, Given: e.value}
		}
		if err := d.note(e); err != nil {
			return nil, err
		}
		if there {
			before = &was
		}
	}
	return before, nil
}

// note writes a line.
func (d *database) note(e entry) error {
	return d.exec("INSERT OR REPLACE INTO manifest VALUES (?, ?, ?)", e.name, e.value, int64(e.sum()))
}

func (e entry) sum() uint32 { return checksum([]byte(e.name), []byte(e.value)) }

// manifest is what is recorded.
func (d *database) manifest() (map[string]string, error) {
	all := map[string]string{}
	err := d.query("SELECT name, value, sum FROM manifest", nil, func(row []any) error {
		name, _ := row[0].(string)
		value, _ := row[1].(string)
		if e := (entry{name, value}); row[2] != int64(e.sum()) {
			return d.corrupt(fmt.Errorf("the manifest's %q is damaged", name))
		}
		all[name] = value
		return nil
	})
	return all, err
}
