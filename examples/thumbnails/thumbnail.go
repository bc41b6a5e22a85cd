package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // these three imports teach image.Decode the formats
	_ "image/jpeg" //
	"image/png"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"golang.org/x/image/draw"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process"
)

const (
	// thumbs is the folder for the thumbnails, inside the output directory.
	thumbs = "thumbs"
	// maxSize bounds -size.
	maxSize = 4096
	// maxPixels and maxBytes bound an image. A PNG of a few kilobytes can claim a
	// billion pixels, and decoding it would take all our memory: look before.
	maxPixels = 100e6
	maxBytes  = 256 << 20
)

// job is an input: all that there is to know about one thumbnail, so that it can be made
// wherever the container is, in another process if need be.
type job struct {
	In, Out string // directories
	Size    int
	Name    string // of the image
}

// function is what runs in the containers, many at the same time.
type function = func(context.Context, job) (thumbnail, error)

// A worker process is this program started once more, and finds the function by its name.
var _ = process.Register(thumbnailOf)

// thumbnailOf is the function.
func thumbnailOf(ctx context.Context, j job) (thumbnail, error) {
	return maker{in: os.DirFS(j.In), out: j.Out, size: j.Size}.thumbnail(ctx, j.Name)
}

func jobs(in, out string, size int, names []string) []job {
	all := make([]job, len(names))
	for i, name := range names {
		all[i] = job{In: in, Out: out, Size: size, Name: name}
	}
	return all
}

// maker makes thumbnails of images in one place, in another.
type maker struct {
	in   fs.FS
	out  string
	size int
}

// thumbnail is what was made of one image.
type thumbnail struct {
	Name          string // of the original
	Width, Height int    // of the original
	File          string // slash-separated, relative to the output directory
}

// thumbnail makes one thumbnail.
//
// An error is worth a retry unless marked Permanent, so this is where the two kinds
// part: reading and writing may work next time, decoding the same bytes will not.
func (m maker) thumbnail(ctx context.Context, name string) (thumbnail, error) {
	data, err := m.read(name)
	if err != nil {
		return thumbnail{}, err
	}
	img, err := decode(ctx, data)
	if err != nil {
		return thumbnail{}, err
	}
	var small bytes.Buffer
	if err := png.Encode(&small, scale(img, m.size)); err != nil {
		return thumbnail{}, err
	}
	// The whole name with another .png: a.jpg, a.gif and b/a.jpg stay apart.
	t := thumbnail{Name: name, Width: img.Bounds().Dx(), Height: img.Bounds().Dy(), File: path.Join(thumbs, name+".png")}
	return t, m.write(t.File, small.Bytes())
}

func (m maker) read(name string) ([]byte, error) {
	info, err := fs.Stat(m.in, name)
	if err != nil {
		return nil, withoutPath(err)
	}
	if info.Size() > maxBytes {
		return nil, policy.Permanent(fmt.Errorf("file is too large: %d MB", info.Size()>>20))
	}
	data, err := fs.ReadFile(m.in, name)
	return data, withoutPath(err)
}

func (m maker) write(file string, data []byte) error {
	file = filepath.Join(m.out, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return withoutPath(err)
	}
	return withoutPath(os.WriteFile(file, data, 0o644))
}

// withoutPath is an error in words that are the same for every file. It is done here since
// an error that comes from another process is of another type.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", e.Op, e.Err)
	}
	return err
}

// decode is image.Decode with a limit, and one that ends when ctx does.
func decode(ctx context.Context, data []byte) (image.Image, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, policy.Permanent(err)
	}
	if int64(size.Width)*int64(size.Height) > maxPixels {
		return nil, policy.Permanent(fmt.Errorf("image is too large: %d × %d pixels", size.Width, size.Height))
	}
	img, _, err := image.Decode(&contextReader{ctx, bytes.NewReader(data)})
	switch {
	case ctx.Err() != nil: // a timeout, or Ctrl-C: nothing to do with these bytes
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, policy.Permanent(err)
	case img.Bounds().Empty():
		return nil, policy.Permanent(fmt.Errorf("image is empty"))
	}
	return img, nil
}

// contextReader fails once ctx has ended. A goroutine cannot be killed: what runs in
// a container has to look at its context, and no decoder does, but all of them read.
type contextReader struct {
	ctx context.Context
	io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// scale returns img no larger than size × size, in its own proportions. It does not
// enlarge.
func scale(img image.Image, size int) image.Image {
	b := img.Bounds()
	w, h := fit(b.Dx(), b.Dy(), size)
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	return small
}

func fit(w, h, size int) (int, int) {
	longest := max(w, h)
	if longest <= size {
		return w, h
	}
	return max(w*size/longest, 1), max(h*size/longest, 1)
}
