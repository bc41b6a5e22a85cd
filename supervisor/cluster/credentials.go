package cluster

import (
	"bytes"
	"fmt"
	"os"

	"github.com/nats-io/nats.go"
)

// credentials is the user that a file tells of. It is read again for each connection.
func credentials(name string) (nats.Option, error) {
	if err := private(name); err != nil {
		return nil, err
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("cluster: the credentials cannot be read: %w", err)
	}
	if bytes.Contains(src, []byte("BEGIN NATS USER JWT")) {
		return nats.UserCredentials(name), nil
	}
	user, err := nats.NkeyOptionFromSeed(name) // UserCredentials would send the seed, for a JWT
	if err != nil {
		return nil, invalid("Creds", name, "has neither a user's JWT nor the seed of an NKey")
	}
	return user, nil
}

// private refuses a file that others may read. Its group may: the secrets of Kubernetes belong to root and to the group of
// who runs there.
func private(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("cluster: the credentials cannot be read: %w", err)
	}
	if info.Mode().Perm()&0o037 != 0 {
		return invalid("Creds", name, "is a file that others may read, or its group may write: want mode 0600 or 0640")
	}
	return nil
}
