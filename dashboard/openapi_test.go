package dashboard

import (
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

// answers is the types of the answers, by path.
var answers = map[string]any{
	"/api/v1/runs":                             history.Overview{},
	"/api/v1/runs/{id}":                        history.Run{},
	"/api/v1/runs/{id}/lanes":                  []history.Lane{},
	"/api/v1/runs/{id}/containers":             history.Page[history.Container]{},
	"/api/v1/runs/{id}/containers/{container}": history.ContainerStory{},
	"/api/v1/runs/{id}/inputs":                 history.Page[history.Input]{},
	"/api/v1/runs/{id}/inputs/{index}":         history.InputStory{},
	"/healthz":                                 health{},
	"/readyz":                                  readiness{},
}

// TestOpenAPI: openapi.json says of each path of the handlers what they take and what they answer, in the words of API.md.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("API.md")
	require.NoError(t, err)
	d := description{schemas: map[string]any{}, said: meanings(string(text))}
	paths := map[string]any{}
	for _, p := range (&api{}).paths() {
		if p.Path == openAPIPath {
			continue
		}
		answer, known := answers[p.Path]
		require.True(t, known, p.Path)
		paths[p.Path] = map[string]any{"get": d.operation(p, answer)}
	}
	require.Len(t, paths, len(answers), "answers of no path")
	got, err := json.MarshalIndent(map[string]any{
		"openapi":    "3.0.3",
		"info":       map[string]any{"title": "Longshore", "version": "1", "description": "What runs and functions do. See API.md."},
		"paths":      paths,
		"components": map[string]any{"schemas": d.schemas},
	}, "", " ")
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("openapi.json", append(got, '\n'), 0o644))
	}
	require.JSONEq(t, string(got), string(openAPI), "go test -run OpenAPI -update")
	require.JSONEq(t, string(openAPI), ask(newAPI(history.New(history.Options{})), openAPIPath).Body.String())
}

// description is what is described already.
type description struct {
	schemas map[string]any
	said    map[string]string // by name of the table and the field, in API.md
}

type object = map[string]any

func (d *description) operation(p apiPath, answer any) any {
	parameters := []any{}
	for _, m := range regexp.MustCompile(`\{([a-z]+)\}`).FindAllStringSubmatch(p.Path, -1) {
		parameters = append(parameters, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "integer", "minimum": 0}})
	}
	for _, name := range p.Parameters {
		parameters = append(parameters, object{"name": name, "in": "query", "description": d.said["|"+name], "schema": parameterSchema(name)})
	}
	content := func(schema any) any { return object{"application/json": object{"schema": schema}} }
	answered := object{"description": p.What, "content": content(d.schema(reflect.TypeOf(answer)))}
	responses := object{
		"200":     answered,
		"default": object{"description": "what is wrong with the request", "content": content(d.schema(reflect.TypeFor[apiFailure]()))},
	}
	if _, ok := answer.(apiStatus); ok {
		responses["503"] = answered
	}
	return object{"summary": p.What, "parameters": parameters, "responses": responses}
}

func parameterSchema(name string) any {
	switch name {
	case "offset", "limit", "parent", "container":
		return object{"type": "integer", "minimum": 0}
	case "ended":
		return object{"type": "boolean"}
	case "sort":
		return object{"type": "string", "enum": runOrders}
	case "status":
		return object{"type": "string", "enum": runStatuses}
	}
	return object{"type": "string"}
}

// schema is that of a type. A struct is described once.
func (d *description) schema(t reflect.Type) any {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return object{"nullable": true, "allOf": []any{d.schema(t.Elem())}}
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": d.schema(t.Elem())}
	case t.Kind() == reflect.Map:
		return object{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case t.Kind() == reflect.String:
		return object{"type": "string"}
	case t.Kind() == reflect.Bool:
		return object{"type": "boolean"}
	case t.Kind() == reflect.Float64:
		return object{"type": "number"}
	case t.Kind() != reflect.Struct:
		return object{"type": "integer"}
	}
	name := regexp.MustCompile(`\[.*\.([A-Za-z]+)\]$`).ReplaceAllString(t.Name(), "Of$1")
	if d.schemas[name] == nil {
		d.schemas[name] = object{} // it may contain itself
		one := object{"type": "object", "properties": object{}, "additionalProperties": false}
		required := []string{}
		d.fields(t, one["properties"].(object), &required)
		if len(required) > 0 {
			one["required"] = required
		}
		d.schemas[name] = one
	}
	return object{"$ref": "#/components/schemas/" + name}
}

func (d *description) fields(t reflect.Type, properties object, required *[]string) {
	for f := range t.Fields() {
		if f.Anonymous {
			d.fields(f.Type, properties, required)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			continue
		}
		if !strings.HasPrefix(options, "omit") {
			*required = append(*required, name)
		}
		table, _, _ := strings.Cut(t.Name(), "[")
		schema := d.schema(f.Type)
		if said := d.said[table+"|"+name]; said != "" {
			schema = object{"allOf": []any{schema}, "description": said}
			if f.Type.Kind() == reflect.Pointer {
				schema = object{"allOf": []any{d.schema(f.Type.Elem())}, "nullable": true, "description": said}
			}
		}
		properties[name] = schema
	}
}

// meanings is what API.md says of fields, by table and name, and of parameters, without a table.
func meanings(text string) map[string]string {
	said, heading := map[string]string{}, ""
	row := regexp.MustCompile("^\\| `([a-z0-9_]+)`(?: \\?)? \\| (.+) \\|$")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "### "); ok {
			heading = name
		} else if strings.HasPrefix(line, "#") {
			heading = ""
		} else if m := row.FindStringSubmatch(line); m != nil {
			said[heading+"|"+m[1]] = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(m[2], "$1")
		}
	}
	return said
}

func TestOpenAPIIsJSON(t *testing.T) {
	t.Parallel()
	answer := ask(newAPI(history.New(history.Options{})), openAPIPath)
	require.Equal(t, http.StatusOK, answer.Code)
	require.Equal(t, "application/json", answer.Header().Get("Content-Type"))
}
