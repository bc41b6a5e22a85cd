package journal

import (
	"fmt"

	"github.com/longshore-go/longshore/internal/record"
)

// Lines of the manifest that nothing is compared with.
const (
	fieldDeath   = "death"   // the last one that was recorded
	fieldDeaths  = "deaths"  // how many were recorded
	fieldOutside = "outside" // how many deaths were certainly no input's
)

// agree compares what is recorded with what is asked for, and records what is not there yet.
// Another version is accepted where it is adopted, and before is the one that was recorded.
func (d *database) agree(path string, asked []record.Line, adopt bool) (before *string, err error) {
	recorded, err := d.manifest()
	if err != nil {
		return nil, err
	}
	further, before, err := record.Agree(path, recorded, asked, adopt)
	if err != nil {
		return nil, err
	}
	for _, e := range further {
		if err := d.note(e); err != nil {
			return nil, err
		}
	}
	return before, nil
}

// note writes a line.
func (d *database) note(e record.Line) error {
	return d.exec("INSERT OR REPLACE INTO manifest VALUES (?, ?, ?)", e.Name, e.Value, int64(sumOf(e)))
}

func sumOf(e record.Line) uint32 { return checksum([]byte(e.Name), []byte(e.Value)) }

// manifest is what is recorded.
func (d *database) manifest() (map[string]string, error) {
	all := map[string]string{}
	err := d.query("SELECT name, value, sum FROM manifest", nil, func(row []any) error {
		name, _ := row[0].(string)
		value, _ := row[1].(string)
		if e := (record.Line{Name: name, Value: value}); row[2] != int64(sumOf(e)) {
			return d.corrupt(fmt.Errorf("the manifest's %q is damaged", name))
		}
		all[name] = value
		return nil
	})
	return all, err
}
