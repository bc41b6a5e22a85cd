package registry

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The name that the compiler gives a function says whether a worker can find it.
func TestNotTopLevel(t *testing.T) {
	t.Parallel()
	for name, top := range map[string]bool{
		"main.resize":                   true,
		"example.com/v2/pkg.functional": true,
		"gopkg.in/yaml%2ev3.Marshal":    true,
		"main.resize.func1":             false,
		"main.init.0":                   false,
		"main.glob..func1":              false,
		"main.resize.func1.gowrap2":     false,
		"main.resize-range1":            false,
		"main.(*T).Resize":              false,
		"main.T.Resize-fm":              false,
		"main.resize[...]":              false,
	} {
		require.Equal(t, top, notTopLevel(name) == "", name)
	}
}
