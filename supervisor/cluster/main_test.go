package cluster_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if as := become(); as != nil {
		runAs(as)
		return
	}
	goleak.VerifyTestMain(m)
}
