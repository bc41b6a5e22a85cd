package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
)

func TestCrashesDefaults(t *testing.T) {
	t.Parallel()
	require.Equal(t, policy.Ephemeral{
		ColdDebt: 4, Debt: 8, Sustain: time.Minute, Probation: 10 * time.Second, ColdInputs: 96,
	}, policy.Ephemeral{}.WithDefaults())
	require.Equal(t, policy.Deployed{
		InitialDelay: time.Second, MaxDelay: time.Minute,
		GateInitialDelay: 2 * time.Second, GateMaxDelay: 30 * time.Second,
		ColdDebt: 4, Debt: 8, Probation: 10 * time.Second, ColdInputs: 96,
	}, policy.Deployed{}.WithDefaults())

	set := policy.Ephemeral{ColdDebt: 1, Debt: 2, Sustain: 3, Probation: 4, ColdInputs: 5}
	require.Equal(t, set, set.WithDefaults())
}

func TestCrashesBounds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		crashes policy.Crashes
		field   string
	}{
		"ephemeral zero":        {policy.Ephemeral{}, ""},
		"ephemeral equal":       {policy.Ephemeral{ColdDebt: 3, Debt: 3}, ""},
		"cold debt":             {policy.Ephemeral{ColdDebt: -1}, "ColdDebt"},
		"debt":                  {policy.Ephemeral{Debt: -1}, "Debt"},
		"debt below cold":       {policy.Ephemeral{Debt: 2, ColdDebt: 3}, "Debt"},
		"debt below default":    {policy.Ephemeral{Debt: 3}, "Debt"},
		"default below cold":    {policy.Ephemeral{ColdDebt: 9}, "Debt"},
		"sustain":               {policy.Ephemeral{Sustain: -1}, "Sustain"},
		"probation":             {policy.Ephemeral{Probation: -1}, "Probation"},
		"cold inputs":           {policy.Ephemeral{ColdInputs: -1}, "ColdInputs"},
		"deployed cold inputs":  {policy.Deployed{ColdInputs: -1}, "ColdInputs"},
		"deployed zero":         {policy.Deployed{}, ""},
		"deployed long":         {policy.Deployed{InitialDelay: time.Hour, MaxDelay: time.Hour}, ""},
		"initial":               {policy.Deployed{InitialDelay: -1}, "InitialDelay"},
		"max":                   {policy.Deployed{MaxDelay: -1}, "MaxDelay"},
		"max below initial":     {policy.Deployed{InitialDelay: 3, MaxDelay: 2}, "MaxDelay"},
		"max below default":     {policy.Deployed{MaxDelay: time.Millisecond}, "MaxDelay"},
		"default below initial": {policy.Deployed{InitialDelay: time.Hour}, "MaxDelay"},
		"gate initial":          {policy.Deployed{GateInitialDelay: -1}, "GateInitialDelay"},
		"gate max":              {policy.Deployed{GateMaxDelay: -1}, "GateMaxDelay"},
		"gate max below":        {policy.Deployed{GateMaxDelay: time.Second}, "GateMaxDelay"},
		"deployed cold debt":    {policy.Deployed{ColdDebt: -1}, "ColdDebt"},
		"deployed debt":         {policy.Deployed{Debt: -1}, "Debt"},
		"deployed below cold":   {policy.Deployed{Debt: 3}, "Debt"},
		"deployed probation":    {policy.Deployed{Probation: -1}, "Probation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, c.field, c.crashes.Validate())
		})
	}
}
