// Asks the OWASP core rule set what it says of requests: firewall RULES < requests, one JSON object a line in and out.
// Coraza reads the same language as the ModSecurity of ingress-nginx; `@crs-setup.conf.example` and `@owasp_crs` are files
// of the module coraza-coreruleset.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	coreruleset "github.com/corazawaf/coraza-coreruleset/v4"
	"github.com/corazawaf/coraza/v3"
	"github.com/corazawaf/coraza/v3/types"
)

type request struct {
	Method  string            `json:"method"`
	URI     string            `json:"uri"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// Status 0: it passes. Rules: those that had something against it.
type answer struct {
	Status int   `json:"status"`
	Rules  []int `json:"rules"`
}

func main() {
	rules, err := os.ReadFile(os.Args[1])
	fail(err)
	config := coraza.NewWAFConfig().WithRootFS(coreruleset.FS).WithDirectives(string(rules))
	firewall, err := coraza.NewWAF(config)
	fail(err)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var one request
		fail(json.Unmarshal(lines.Bytes(), &one))
		said, err := json.Marshal(judged(firewall, one))
		fail(err)
		fmt.Println(string(said))
	}
	fail(lines.Err())
}

func judged(firewall coraza.WAF, one request) answer {
	tx := firewall.NewTransaction()
	defer tx.Close()
	tx.ProcessConnection("192.0.2.7", 40000, "192.0.2.1", 443)
	tx.ProcessURI(one.URI, one.Method, "HTTP/1.1")
	for name, value := range one.Headers {
		tx.AddRequestHeader(name, value)
	}
	stopped := tx.ProcessRequestHeaders()
	if stopped == nil {
		stopped, _, _ = tx.WriteRequestBody([]byte(one.Body))
	}
	if stopped == nil {
		var err error
		stopped, err = tx.ProcessRequestBody()
		fail(err)
	}
	found := answer{Rules: []int{}}
	if stopped != nil {
		found.Status = stopped.Status
	}
	for _, rule := range tx.MatchedRules() {
		if id := rule.Rule().ID(); rule.Rule().Severity() <= types.RuleSeverityWarning && rule.Message() != "" {
			found.Rules = append(found.Rules, id)
		}
	}
	return found
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
