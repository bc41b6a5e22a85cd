package record

import (
	"cmp"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/mapper"
)

// The manifest says what run the journal is of. What stands in it is compared with what is asked
// for, field by field, in this order; what is only for information is not.
const (
	FieldVersion    = "Version"
	FieldKey        = "Key"
	FieldCodec      = "Codec"
	FieldName       = "Name"
	FieldIn         = "In"
	FieldOut        = "Out"
	FieldForm       = "Form"
	FieldCrashLimit = "CrashLimit"
)

// Line is one of the manifest's.
type Line struct{ Name, Value string }

// OwnLines are those that the options of a journal give.
func OwnLines(version string, hasKey bool, codec Codec) []Line {
	key := "content"
	if hasKey {
		key = "Options.Key"
	}
	name := "json"
	if codec != nil {
		name = codec.Name()
	}
	return []Line{{FieldVersion, version}, {FieldKey, key}, {FieldCodec, name}}
}

// RunLines are those that a run gives.
func RunLines(about logbook.About, values *Valuer) []Line {
	return []Line{
		{FieldName, about.Name},
		{FieldIn, typeName(about.In)},
		{FieldOut, typeName(about.Out)},
		{FieldForm, values.Form()},
		{FieldCrashLimit, strconv.Itoa(CrashLimit(about))},
	}
}

// CrashLimit is how many deaths convict an input.
func CrashLimit(about logbook.About) int { return cmp.Or(about.CrashLimit, 3) }

// typeName tells types of the same name in different packages apart.
func typeName(t reflect.Type) string {
	if t.PkgPath() != "" {
		return t.PkgPath() + "." + t.Name()
	}
	return t.String()
}

// Informative are the lines that nothing is compared with.
func Informative() []Line {
	host, _ := os.Hostname()
	lines := []Line{
		{"Go", runtime.Version()}, {"host", host}, {"started", time.Now().UTC().Format(time.RFC3339)},
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/longshore-go/longshore" {
				lines = append(lines, Line{"library", dep.Version})
			}
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				lines = append(lines, Line{"revision", s.Value})
			}
		}
	}
	return lines
}

// Agree compares what is recorded with what is asked for, and returns what is to be recorded besides. Another version is
// accepted where it is adopted, and before is the one that was recorded. The error is a *mapper.MismatchError.
func Agree(path string, recorded map[string]string, asked []Line, adopt bool) (further []Line, before *string, err error) {
	for _, l := range asked {
		was, there := recorded[l.Name]
		switch {
		case there && (was == l.Value || (l.Name == FieldVersion && l.Value == "")):
			continue
		case there && !(adopt && l.Name == FieldVersion):
			return nil, nil, &mapper.MismatchError{Path: path, Field: l.Name, Recorded: was, Given: l.Value}
		}
		further = append(further, l)
		if there {
			before = &was
		}
	}
	return further, before, nil
}
