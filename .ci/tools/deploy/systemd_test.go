package deploy

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/coreos/go-systemd/v22/unit"
	"github.com/stretchr/testify/require"
)

const service = "longshore-worker@.service"

// TestUnit: SIGTERM reaches the worker alone, which has more time to drain than it takes.
func TestUnit(t *testing.T) {
	t.Parallel()
	all, err := unit.DeserializeOptions(bytes.NewReader(read(t, service)))
	require.NoError(t, err)
	of := map[string]string{}
	for _, o := range all {
		of[o.Section+"."+o.Name] = o.Value
	}
	for key, want := range map[string]string{
		"Service.ExecStart": "/opt/longshore/%i", "Service.Restart": "always", "Service.KillSignal": "SIGTERM",
		"Service.KillMode": "mixed", "Service.DynamicUser": "yes", "Service.NoNewPrivileges": "yes", "Service.ProtectSystem": "strict",
		"Service.Environment": "FLEET_CREDS=%d/seed", "Install.WantedBy": "multi-user.target", "Unit.After": "network-online.target",
	} {
		require.Equal(t, want, of[key], key)
	}
	stop, err := strconv.Atoi(of["Service.TimeoutStopSec"])
	require.NoError(t, err)
	require.Greater(t, stop, drain)
}

// TestVerified: systemd itself finds nothing wrong with it.
func TestVerified(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze")
	}
	truth, err := exec.LookPath("true")
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "longshore-worker@batch.service")
	src := bytes.ReplaceAll(read(t, service), []byte("/opt/longshore/%i"), []byte(truth)) // which is there
	require.NoError(t, os.WriteFile(name, src, 0o600))
	out, err := exec.Command(analyze, "verify", "--man=no", name).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NotContains(t, string(out), "longshore")
}
