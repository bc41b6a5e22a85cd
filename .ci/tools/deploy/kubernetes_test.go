package deploy

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	disruption "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

const (
	folder = "../../../supervisor/cluster/deploy"
	drain  = 30 // seconds, WorkerOptions.Drain by default
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	return src
}

// manifest is what stands in kubernetes.yaml.
type manifest struct {
	configs  []core.ConfigMap
	services []core.Service
	sets     []apps.StatefulSet
	workers  []apps.Deployment
	budgets  []disruption.PodDisruptionBudget
	networks []networking.NetworkPolicy
}

// strict decodes a document, without a field that the type does not have or that stands there twice.
func strict[T any](t *testing.T, src []byte, into *[]T) {
	t.Helper()
	var one T
	require.NoError(t, yaml.UnmarshalStrict(src, &one), "%s", src)
	*into = append(*into, one)
}

func parse(t *testing.T) (m manifest) {
	t.Helper()
	for _, src := range bytes.Split(read(t, "kubernetes.yaml"), []byte("\n---\n")) {
		src = append(src, '\n') // which Split has taken
		var kind meta.TypeMeta
		require.NoError(t, yaml.Unmarshal(src, &kind))
		switch kind.APIVersion + " " + kind.Kind {
		case "v1 ConfigMap":
			strict(t, src, &m.configs)
		case "v1 Service":
			strict(t, src, &m.services)
		case "apps/v1 StatefulSet":
			strict(t, src, &m.sets)
		case "apps/v1 Deployment":
			strict(t, src, &m.workers)
		case "policy/v1 PodDisruptionBudget":
			strict(t, src, &m.budgets)
		case "networking.k8s.io/v1 NetworkPolicy":
			strict(t, src, &m.networks)
		default:
			require.Fail(t, "no such kind is expected", "%+v", kind)
		}
	}
	return m
}

// TestConfigurations: the servers run what the tests of the cluster run.
func TestConfigurations(t *testing.T) {
	t.Parallel()
	m := parse(t)
	require.Len(t, m.configs, 1)
	require.Len(t, m.configs[0].Data, 2)
	for name, text := range m.configs[0].Data {
		require.Equal(t, string(read(t, name)), text, name)
	}
}

// TestServers: three servers by the names that their configuration and the workers use.
func TestServers(t *testing.T) {
	t.Parallel()
	m := parse(t)
	require.Len(t, m.sets, 1)
	require.Len(t, m.services, 1)
	set, service := m.sets[0], m.services[0]
	require.EqualValues(t, 3, *set.Spec.Replicas)
	require.Equal(t, service.Name, set.Spec.ServiceName)
	require.Equal(t, core.ClusterIPNone, service.Spec.ClusterIP)
	require.Equal(t, set.Spec.Template.Labels, service.Spec.Selector)
	var urls []string
	for _, one := range []string{"nats-0.nats", "nats-1.nats", "nats-2.nats"} {
		urls = append(urls, "tls://"+one+":4222")
		require.Contains(t, m.configs[0].Data["nats.conf"], "nats://"+one+":6222")
	}
	c := set.Spec.Template.Spec.Containers[0]
	ports := map[string]int32{}
	for _, p := range c.Ports {
		ports[p.Name] = p.ContainerPort
	}
	require.Equal(t, map[string]int32{"client": 4222, "cluster": 6222, "monitor": 8222}, ports)
	for _, p := range service.Spec.Ports {
		require.Equal(t, ports[p.Name], p.Port)
	}
	for _, probe := range []*core.Probe{c.StartupProbe, c.ReadinessProbe, c.LivenessProbe} {
		require.Contains(t, ports, probe.HTTPGet.Port.String())
	}
	for _, name := range []string{"SERVER_NAME", "LONGSHORE_WORKER", "LONGSHORE_CALLER"} {
		require.True(t, slices.ContainsFunc(c.Env, func(e core.EnvVar) bool { return e.Name == name && e.ValueFrom != nil }), name)
	}
	require.Equal(t, "FLEET", m.workers[0].Spec.Template.Spec.Containers[0].Env[0].Name)
	require.Equal(t, strings.Join(urls, ","), m.workers[0].Spec.Template.Spec.Containers[0].Env[0].Value)
}

// TestWorkers: they have more time to drain than they take.
func TestWorkers(t *testing.T) {
	t.Parallel()
	m := parse(t)
	require.Len(t, m.workers, 1)
	w := m.workers[0].Spec
	require.Greater(t, *w.Template.Spec.TerminationGracePeriodSeconds, int64(drain))
	require.Equal(t, "0", w.Strategy.RollingUpdate.MaxUnavailable.String())
	allowed, err := meta.LabelSelectorAsSelector(m.networks[0].Spec.Ingress[0].From[0].PodSelector)
	require.NoError(t, err)
	require.True(t, allowed.Matches(labels.Set(w.Template.Labels)))
}

// TestPods: no pod may do more than it has to, and each has its selectors, budget, volumes and resources.
func TestPods(t *testing.T) {
	t.Parallel()
	m := parse(t)
	for _, p := range []struct {
		template core.PodTemplateSpec
		selector *meta.LabelSelector
	}{
		{m.sets[0].Spec.Template, m.sets[0].Spec.Selector}, {m.workers[0].Spec.Template, m.workers[0].Spec.Selector},
	} {
		picks := func(s *meta.LabelSelector) bool {
			selector, err := meta.LabelSelectorAsSelector(s)
			require.NoError(t, err)
			return selector.Matches(labels.Set(p.template.Labels))
		}
		require.True(t, picks(p.selector))
		require.True(t, picks(p.template.Spec.TopologySpreadConstraints[0].LabelSelector))
		require.True(t, slices.ContainsFunc(m.budgets, func(b disruption.PodDisruptionBudget) bool {
			return picks(b.Spec.Selector) && b.Spec.MaxUnavailable != nil
		}))
		require.True(t, *p.template.Spec.SecurityContext.RunAsNonRoot)
		require.NotZero(t, *p.template.Spec.SecurityContext.RunAsUser)
		require.False(t, *p.template.Spec.AutomountServiceAccountToken)
		for _, c := range p.template.Spec.Containers {
			require.True(t, *c.SecurityContext.ReadOnlyRootFilesystem)
			require.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
			require.Equal(t, []core.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop)
			require.False(t, c.Resources.Requests.Cpu().IsZero())
			require.False(t, c.Resources.Limits.Memory().IsZero())
			require.Len(t, p.template.Spec.Volumes, len(c.VolumeMounts))
			for _, mount := range c.VolumeMounts {
				require.True(t, slices.ContainsFunc(p.template.Spec.Volumes, func(v core.Volume) bool { return v.Name == mount.Name }), mount.Name)
			}
		}
	}
}
