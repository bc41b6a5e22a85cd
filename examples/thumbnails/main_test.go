package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	process.Main()
	goleak.VerifyTestMain(m)
}

// options are those of the flags' defaults.
func options() mapper.Options {
	return mapper.Options{Retries: policy.FixedRetries(2), Timeout: 10 * time.Second, ReturnExceptions: true}
}

// picture is a PNG of w × h pixels.
func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))))
	return b.Bytes()
}

// bomb is a PNG that claims to be w × h pixels and holds none.
func bomb(w, h uint32) []byte {
	header := append([]byte("IHDR"), 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0)
	binary.BigEndian.PutUint32(header[4:], w)
	binary.BigEndian.PutUint32(header[8:], h)
	b := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(b, header...), crc32.ChecksumIEEE(header))
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	for _, runtime := range []string{"goroutine", "process"} {
		t.Run(runtime, func(t *testing.T) {
			t.Parallel()
			if err := process.New(process.Options{}).Check(thumbnailOf); runtime == "process" && errors.Is(err, errors.ErrUnsupported) {
				t.Skip(err)
			}
			testDirectory(t, runtime)
		})
	}
}

func testDirectory(t *testing.T, runtime string) {
	in, out := t.TempDir(), t.TempDir()
	write := func(name string, data []byte) {
		name = filepath.Join(in, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, data, 0o600))
	}
	good := picture(t, 640, 320)
	write("a.png", good)
	write("a.jpg", good) // a wrong extension misleads nobody
	write("b/a.png", good)
	write("b/50% #1.PNG", good)
	write("b/notes.txt", []byte("not asked for"))
	write("torn.png", good[:len(good)-20])
	write("text.gif", []byte("hello"))
	write("bomb.png", bomb(1<<20, 1<<20))

	var said strings.Builder
	require.NoError(t, run(t.Context(), config{in: in, out: out, size: 160, runtime: runtime, mapper: options()}, &said))
	require.Contains(t, said.String(), "7 images, 4 thumbnails, 3 failed\n")
	require.Contains(t, said.String(), "failed: bomb.png: image is too large: 1048576 × 1048576 pixels\n")
	require.Contains(t, said.String(), "failed: text.gif: image: unknown format\n")
	require.Contains(t, said.String(), "1 × png: invalid format: unexpected EOF\n")

	for _, name := range []string{"a.png.png", "a.jpg.png", "b/a.png.png", "b/50% #1.PNG.png"} {
		f, err := os.Open(filepath.Join(out, "thumbs", name))
		require.NoError(t, err)
		size, err := png.DecodeConfig(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, []int{160, 80}, []int{size.Width, size.Height}, name)
	}
	page, err := os.ReadFile(filepath.Join(out, "index.html"))
	require.NoError(t, err)
	require.Contains(t, string(page), `src="thumbs/b/50%25%20%231.PNG.png"`)
	require.Contains(t, string(page), "640 × 320")
	require.Contains(t, string(page), "<tr><td>torn.png<td>png: invalid format: unexpected EOF")
}

// Where the output lies inside the input, a second run takes the same images.
func TestOutputInsideInput(t *testing.T) {
	t.Parallel()
	in := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(in, "a.png"), picture(t, 8, 8), 0o600))
	for _, out := range []string{in, filepath.Join(in, "out")} {
		for range 2 {
			var said strings.Builder
			require.NoError(t, run(t.Context(), config{in: in, out: out, size: 160, runtime: "goroutine", mapper: options()}, &said))
			require.Contains(t, said.String(), "1 images, 1 thumbnails, 0 failed\n")
		}
		require.NoError(t, os.RemoveAll(filepath.Join(out, "thumbs")))
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	full := t.TempDir()
	file := filepath.Join(full, "a.png")
	require.NoError(t, os.WriteFile(file, picture(t, 8, 8), 0o600))
	negative := func(change func(*mapper.Options)) mapper.Options {
		o := options()
		change(&o)
		return o
	}
	for name, c := range map[string]struct {
		config config
		want   string
	}{
		"no such directory":   {config{in: filepath.Join(dir, "none"), size: 160}, "input directory: "},
		"a file":              {config{in: file, size: 160}, "is not a directory"},
		"nothing in it":       {config{in: dir, size: 160}, "no .png, .jpg, .jpeg or .gif file in "},
		"output is a file":    {config{in: full, out: file, size: 160}, "a.png"},
		"a runtime like none": {config{in: full, size: 160, runtime: "thread"}, `-runtime "thread": must be goroutine or process`},
		"size 0":              {config{in: full}, "-size 0: must be from 1 to 4096"},
		"size -1":             {config{in: full, size: -1}, "-size -1: "},
		"negative containers": {config{in: full, size: 160, mapper: negative(func(o *mapper.Options) { o.Containers = -1 })}, "invalid Containers -1"},
		"negative retries":    {config{in: full, size: 160, mapper: negative(func(o *mapper.Options) { o.Retries.MaxRetries = -1 })}, "invalid MaxRetries -1"},
		"negative timeout":    {config{in: full, size: 160, mapper: negative(func(o *mapper.Options) { o.Timeout = -1 })}, "invalid Timeout -1ns"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config.runtime = cmp.Or(c.config.runtime, "goroutine")
			var said strings.Builder
			require.ErrorContains(t, run(t.Context(), c.config, &said), c.want)
			require.Empty(t, said.String())
		})
	}
}

// faulty is a file system with a fault in front of it.
type faulty struct {
	fs.FS
	open func(name string) error
}

func (f faulty) Open(name string) (fs.File, error) {
	if err := f.open(name); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f.FS.Open(name)
}

// by has a maker make every thumbnail, wherever the job says that it should be.
func by(m maker) function {
	return func(ctx context.Context, j job) (thumbnail, error) { return m.thumbnail(ctx, j.Name) }
}

// A disk that fails now and then costs attempts, and no thumbnail; what does not
// decode costs one attempt. In a bubble, the retries' delays take no time.
func TestRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var opened [2]atomic.Int64
		disk := faulty{fstest.MapFS{"a.png": {Data: picture(t, 8, 8)}, "b.png": {Data: []byte("hello")}}, func(name string) error {
			if name == "a.png" && opened[0].Add(1) <= 2 {
				return errors.New("input/output error")
			}
			if name == "b.png" {
				opened[1].Add(1)
			}
			return nil
		}}
		m := maker{in: disk, out: t.TempDir(), size: 160}
		var said strings.Builder
		rep, err := makeAll(t.Context(), by(m), jobs("", "", 0, []string{"a.png", "b.png"}), options(), &said)
		require.NoError(t, err)
		require.NoError(t, rep.stopped)
		require.Equal(t, []thumbnail{{Name: "a.png", Width: 8, Height: 8, File: "thumbs/a.png.png"}}, rep.Thumbnails)
		require.Equal(t, []failure{{"b.png", "image: unknown format"}}, rep.Failures)
		require.EqualValues(t, 2, opened[1].Load()) // fs.Stat and fs.ReadFile of one attempt
	})
}

// Ctrl-C at the third image: what is done is reported, what is not is no failure.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	interrupted := errors.New("interrupt signal received")
	disk := faulty{fstest.MapFS{}, func(name string) error {
		if name == "c.png" {
			cancel(interrupted)
		}
		return nil
	}}
	names := []string{"a.png", "b.png", "c.png", "d.png", "e.png"}
	for _, name := range names {
		disk.FS.(fstest.MapFS)[name] = &fstest.MapFile{Data: picture(t, 8, 8)}
	}
	opts := options()
	opts.Containers = 1
	rep, err := makeAll(ctx, by(maker{in: disk, out: t.TempDir(), size: 160}), jobs("", "", 0, names), opts, &strings.Builder{})
	require.NoError(t, err)
	require.ErrorIs(t, rep.stopped, interrupted)
	require.Len(t, rep.Thumbnails, 2)
	require.Empty(t, rep.Failures)
}

func TestReason(t *testing.T) {
	t.Parallel()
	disk := faulty{fstest.MapFS{}, func(name string) error {
		if name == "panic.png" {
			panic("index out of range")
		}
		return fs.ErrPermission
	}}
	opts := options()
	opts.Retries.MaxRetries, opts.CrashLimit = 0, 1
	rep, err := makeAll(t.Context(), by(maker{in: disk}), jobs("", "", 0, []string{"panic.png", "secret.png"}), opts, &strings.Builder{})
	require.NoError(t, err)
	require.Equal(t, []failure{
		{"panic.png", "the decoder panicked: index out of range"},
		{"secret.png", "open: permission denied"},
	}, rep.Failures)
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ w, h, wantW, wantH int }{
		{640, 320, 160, 80},
		{320, 640, 80, 160},
		{160, 160, 160, 160},
		{32, 16, 32, 16},   // not enlarged
		{10000, 1, 160, 1}, // not to nothing
		{1, 100_000, 1, 160},
	} {
		w, h := fit(c.w, c.h, 160)
		require.Equal(t, []int{c.wantW, c.wantH}, []int{w, h}, "%d × %d", c.w, c.h)
	}
}

// TestJournal starts the program twice: the second one has nothing left to do, and makes the same
// sheet.
func TestJournal(t *testing.T) {
	t.Parallel()
	in, folder := t.TempDir(), t.TempDir()
	for _, name := range []string{"a.png", "b.png"} {
		require.NoError(t, os.WriteFile(filepath.Join(in, name), picture(t, 300, 200), 0o600))
	}
	c := config{in: in, out: filepath.Join(folder, "out"), size: 100, runtime: "goroutine", journal: filepath.Join(folder, "j"), mapper: options()}
	require.NoError(t, run(t.Context(), c, &bytes.Buffer{}))
	sheet, err := os.ReadFile(filepath.Join(c.out, "index.html"))
	require.NoError(t, err)
	thumb := filepath.Join(c.out, thumbs)
	require.NoError(t, os.RemoveAll(thumb)) // what runs again would make it again
	require.NoError(t, run(t.Context(), c, &bytes.Buffer{}))
	require.NoDirExists(t, filepath.Join(thumb, "a.png"))
	again, err := os.ReadFile(filepath.Join(c.out, "index.html"))
	require.NoError(t, err)
	require.Equal(t, string(sheet), string(again))
	c.out = ""
	require.ErrorContains(t, run(t.Context(), c, &bytes.Buffer{}), "needs -out")
}
