package screen

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStacks(t *testing.T) {
	t.Parallel()
	mine := "example.com/shop.price\n\t/src/shop/price.go:12"
	theirs := "github.com/longshore-go/longshore/mapper/internal/typed.(*Call[...]).Loop\n\t/src/call.go:30\n" +
		"github.com/longshore-go/longshore/supervisor.(*Supervisor).run\n\t/src/guard.go:21"
	require.Equal(t, stack{mine + "\nmain.main\n\t/src/main.go:3", theirs, 2}, stackOf(mine+"\n"+theirs+"\nmain.main\n\t/src/main.go:3\n"))
	require.Equal(t, stack{Yours: theirs}, stackOf(theirs), "where nothing is the program's, all is shown")
	require.Equal(t, stack{Yours: mine}, stackOf(mine))
	require.Equal(t, stack{"goroutine 5 [running]:\n" + mine, "panic({0x1})\n\t/go/panic.go:7\nruntime.goexit()\n\t/go/asm.s:1", 2},
		stackOf("goroutine 5 [running]:\npanic({0x1})\n\t/go/panic.go:7\n"+mine+"\nruntime.goexit()\n\t/go/asm.s:1"))
	require.Equal(t, stack{Yours: "not a stack"}, stackOf("not a stack"))
	require.Equal(t, stack{}, stackOf(""))
}
