// Package grafana is what watches the numbers of runs and functions elsewhere: dashboard.json, a dashboard to import
// into Grafana, and rules.yml, alert rules for Prometheus: a crash loop that lasts, failures, a full queue, no
// progress, and of fleets a machine that was lost, none that could be used, and no free slot. Its tests check both with the parsers of promtool, and the description of the API; what they need is in no other module.
package grafana
