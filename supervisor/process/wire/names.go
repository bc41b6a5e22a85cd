package wire

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
)

// gob tells nobody what it knows: it has to be asked by way of a value.
var (
	gobNames sync.Map // reflect.Type → string
	gobTypes sync.Map // string → reflect.Type
	named    atomic.Int64
)

// maxNames is how many names are remembered: who writes into a connection may make up any number.
const maxNames = 4096

// typeName returns what gob writes of an empty t in an interface.
func typeName(t reflect.Type) (string, error) {
	if found, ok := gobNames.Load(t); ok {
		return found.(string), nil
	}
	var out bytes.Buffer
	err := gobEncode(&out, t)
	back, unnamed := namedType(out.Bytes())
	if err != nil || unnamed != nil || back != t { // gob knows the type of a pointer only by what it points to
		return "", fmt.Errorf("a %v is in an interface, and not known to gob.Register", t)
	}
	gobNames.Store(t, out.String())
	return out.String(), nil
}

func gobEncode(out *bytes.Buffer, t reflect.Type) (err error) {
	defer caught(&err)
	empty := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Pointer:
		empty = reflect.New(t.Elem()) // a nil one has no name
	case reflect.Slice:
		empty = reflect.MakeSlice(t, 0, 0)
	case reflect.Map:
		empty = reflect.MakeMap(t)
	}
	content := empty.Interface()
	return gob.NewEncoder(out).Encode(&content)
}

// namedType returns the type of what gob has written.
func namedType(name []byte) (_ reflect.Type, err error) {
	if found, ok := gobTypes.Load(string(name)); ok {
		return found.(reflect.Type), nil
	}
	var s screen
	if err := s.check(name); err != nil {
		return nil, err
	}
	defer caught(&err)
	var content any
	if err := gob.NewDecoder(bytes.NewReader(name)).Decode(&content); err != nil {
		return nil, err
	}
	if content == nil {
		return nil, errGob
	}
	if named.Add(1) <= maxNames {
		gobTypes.Store(string(name), reflect.TypeOf(content))
	}
	return reflect.TypeOf(content), nil
}
