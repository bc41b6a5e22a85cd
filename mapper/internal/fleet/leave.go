package fleet

import "github.com/longshore-go/longshore/supervisor"

// heed retires a container of a runtime when its place is about to go, from now on until the returned function has been
// called, which waits for the goroutine that it takes.
func (c *Container) heed() (end func()) {
	place, ok := c.instance.Remote.(supervisor.Retiring)
	if !ok {
		return func() {}
	}
	over, joined := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(joined)
		select {
		case <-place.Retiring():
			c.Retire()
		case <-over:
		}
	}()
	return func() {
		close(over)
		<-joined
	}
}
