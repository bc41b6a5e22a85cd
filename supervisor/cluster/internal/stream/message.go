package stream

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"time"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// A message is the magic, a kind, what is of that kind, and a checksum of all that.

// format is that of rows and of lives. What is of a newer one is refused by the life that began with it.
const format = 1

var magic = []byte("LSjn")

const (
	kindRows = 'r'
	kindLife = 'l'

	headLength = 5 // the magic and the kind
	sumLength  = 4
)

// The states of a row besides those of package record.
const (
	stateReturned = 3 // it was begun, and was not, after all
	stateCrashed  = 4 // what is held against an input; it has no place
)

// life is how one begins.
type life struct {
	Format   int               `json:"format"`
	Life     string            `json:"life"` // another one each time
	PID      int               `json:"pid"`
	Host     string            `json:"host"`
	Since    time.Time         `json:"since"`
	Manifest map[string]string `json:"manifest"`
}

func (l *life) message() []byte {
	text, err := json.Marshal(l)
	if err != nil {
		panic(err) // it has nothing that JSON could not hold
	}
	return seal(append(append([]byte(nil), append(magic[:len(magic):len(magic)], kindLife)...), text...))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal appends the checksum.
func seal(message []byte) []byte {
	return binary.LittleEndian.AppendUint32(message, crc32.Checksum(message, castagnoli))
}

// errForeign is a message that is none of a journal's. One that is damaged is a record.ErrDamaged.
var errForeign = errors.New("it is none of a journal's")

// unseal is the kind of a message, and what is of that kind.
func unseal(message []byte) (kind byte, body []byte, err error) {
	if len(message) < headLength+sumLength || !bytes.HasPrefix(message, magic) {
		return 0, nil, errForeign
	}
	end := len(message) - sumLength
	if binary.LittleEndian.Uint32(message[end:]) != crc32.Checksum(message[:end], castagnoli) {
		return 0, nil, record.ErrDamaged
	}
	return message[len(magic)], message[headLength:end], nil
}

// row is one of a message.
type row struct {
	place    int64
	key      logbook.Key
	state    int64
	attempts int64
	value    any // see record.Valuer
	at, next int // where it stands in the body of its message, and the one behind it; of those that were read
}

// The types of values.
const (
	tagNone    = 0
	tagText    = 't'
	tagBytes   = 'b'
	tagInteger = 'i'
)

// rowRoom is how much a row has at most besides its value.
const rowRoom = 64

// append adds the row to a message.
func (r *row) append(m []byte) []byte {
	m = binary.AppendVarint(m, r.place)
	m = append(m, r.key[:]...)
	m = append(m, byte(r.state))
	m = binary.AppendUvarint(m, uint64(r.attempts))
	switch v := r.value.(type) {
	case string:
		m = binary.AppendUvarint(append(m, tagText), uint64(len(v)))
		return append(m, v...)
	case []byte:
		m = binary.AppendUvarint(append(m, tagBytes), uint64(len(v)))
		return append(m, v...)
	case int64:
		return binary.AppendVarint(append(m, tagInteger), v)
	}
	return append(m, tagNone)
}

// parser reads rows. What is not as it should be ends it with bad.
type parser struct {
	body []byte
	at   int
	bad  bool
}

func (p *parser) varint() int64 {
	v, n := binary.Varint(p.body[p.at:])
	p.bad = p.bad || n <= 0
	p.at += max(n, 0)
	return v
}

func (p *parser) uvarint() uint64 {
	v, n := binary.Uvarint(p.body[p.at:])
	p.bad = p.bad || n <= 0
	p.at += max(n, 0)
	return v
}

func (p *parser) bytes(n uint64) []byte {
	if n > uint64(len(p.body)-p.at) {
		p.bad = true
		return nil
	}
	b := p.body[p.at : p.at+int(n)]
	p.at += int(n)
	return b
}

func (p *parser) byte() byte {
	if b := p.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// row reads the next row, its value only where that is wanted.
func (p *parser) row(withValue bool) (r row) {
	r.at = p.at
	r.place = p.varint()
	copy(r.key[:], p.bytes(uint64(len(r.key))))
	r.state = int64(p.byte())
	r.attempts = int64(p.uvarint())
	switch tag := p.byte(); tag {
	case tagNone:
	case tagInteger:
		r.value = nil
		if v := p.varint(); withValue {
			r.value = v
		}
	case tagText, tagBytes:
		switch v := p.bytes(p.uvarint()); {
		case !withValue:
		case tag == tagText:
			r.value = string(v)
		default:
			r.value = append([]byte{}, v...) // the message goes
		}
	default:
		p.bad = true
	}
	r.next = p.at
	return r
}

// each calls f for each row of a body, without its value where that is not one of a crash. All are read before, so that
// nothing is taken of what is no rows.
func eachRow(body []byte, f func(row)) error {
	for p := (parser{body: body}); p.at < len(body); {
		if p.row(false); p.bad {
			return record.ErrDamaged
		}
	}
	for p := (parser{body: body}); p.at < len(body); {
		at := p.at
		r := p.row(false)
		if r.state == stateCrashed {
			again := parser{body: body, at: at}
			r = again.row(true)
		}
		f(r)
	}
	return nil
}

// rowAt is the row so many behind the one that stands at a place of a body, and whether there is one.
func rowAt(body []byte, at, skip int) (r row, ok bool) {
	p := parser{body: body, at: at}
	for ; skip > 0 && at < len(body) && !p.bad; skip-- {
		p.row(false)
	}
	if p.bad || p.at >= len(body) {
		return r, false
	}
	r = p.row(true)
	return r, !p.bad
}

// crashed is a row that says what is held against an input.
func crashed(key logbook.Key, c logbook.Crashes) *row {
	value := binary.AppendVarint(binary.AppendVarint(nil, int64(c.Strikes)), int64(c.Certain))
	return &row{key: key, state: stateCrashed, attempts: int64(c.Crashes), value: value}
}

// crashes is what such a row says.
func (r *row) crashes() (c logbook.Crashes) {
	body, _ := r.value.([]byte)
	p := parser{body: body}
	c = logbook.Crashes{Crashes: int(r.attempts), Strikes: int(p.varint()), Certain: int(p.varint())}
	if p.bad {
		return logbook.Crashes{}
	}
	return c
}

// settles reports that a row is the end of its input.
func (r *row) settles() bool { return r.state == record.Succeeded || r.state == record.Failed }
