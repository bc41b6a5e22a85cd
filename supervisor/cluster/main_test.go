package cluster_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	process.Main()
	if as := become(); as != nil {
		runAs(as)
		return
	}
	goleak.VerifyTestMain(m)
}
