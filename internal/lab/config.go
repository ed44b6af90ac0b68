package lab

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// writeConfig copies the operator's files and writes the fragments they include:
// what differs from one node to the next, and the secrets.
func (a *Asterisk) writeConfig() error {
	for _, dir := range append(privateDirs, "etc/asterisk/local", "var/spool/asterisk/recording") {
		if err := os.MkdirAll(filepath.Join(a.options.Dir, dir), 0o750); err != nil {
			return err
		}
	}
	if err := a.copyConfig(); err != nil {
		return err
	}
	for name, content := range a.options.Local() {
		if err := os.WriteFile(filepath.Join(a.configDir(), "local", name), []byte(content), 0o640); err != nil {
			return err
		}
	}
	return a.writeHosts()
}

func (a *Asterisk) copyConfig() error {
	files, err := filepath.Glob(filepath.Join(a.options.ConfigDir, "*.conf"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no *.conf in %s; name the folder of the configuration", a.options.ConfigDir)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(a.configDir(), filepath.Base(file)), content, 0o640); err != nil {
			return err
		}
	}
	return nil
}

// Local is the content of the folder local/ that deploy/asterisk includes, by file
// name: what differs from one node to the next. Ports and passwords are written as
// they stand, so none may be left open; the other defaults are filled in.
func (o AsteriskOptions) Local() map[string]string {
	o = o.withDefaults()
	return map[string]string{
		"node.conf":      nodeFragment(o.Name),
		"http.conf":      fmt.Sprintf("bindaddr = 127.0.0.1\nbindport = %d\n", o.HTTPPort),
		"ari.conf":       fmt.Sprintf("[%s]\ntype = user\nread_only = no\npassword = %s\n", ariUser, o.ARIPassword),
		"rtp.conf":       fmt.Sprintf("rtpstart = %d\nrtpend = %d\n", o.RTPFirst, o.RTPLast),
		"transport.conf": fmt.Sprintf("[udp]\ntype = transport\nprotocol = udp\nbind = %s\n", o.SIPAddr),
		"trunk.conf":     trunkFragment(o.Trunks, o.TrunkContact),
		"agents.conf":    agentsFragment(o.Agents, o.TransferKey),
		"entries.conf":   entriesFragment(o.Entries),
		"globals.conf":   globalsFragment(o.Globals),
	}
}

// nodeFragment names the node, and derives a stable entity id (in the form of a
// locally administered MAC address) from the name.
func nodeFragment(name string) string {
	sum := sha256.Sum256([]byte(name))
	return fmt.Sprintf("systemname = %s\nentityid = 02:%02x:%02x:%02x:%02x:%02x\n"+
		// The database of registrations, in a folder that is the instance's own.
		"[directories]\nastdbdir => /var/spool/asterisk\n",
		name, sum[0], sum[1], sum[2], sum[3], sum[4])
}

func trunkFragment(addresses []string, contact string) string {
	var b strings.Builder
	b.WriteString("[trunk](trunk-endpoint)\naors = trunk\n\n[trunk]\ntype = aor\n")
	if contact != "" {
		fmt.Fprintf(&b, "contact = sip:%s\n", contact)
	}
	b.WriteString("\n[trunk]\ntype = identify\nendpoint = trunk\n")
	for _, address := range addresses {
		fmt.Fprintf(&b, "match = %s\n", address)
	}
	return b.String()
}

func agentsFragment(agents []Account, transferKey bool) string {
	var b strings.Builder
	for _, agent := range agents {
		template := "agent-endpoint"
		if transferKey && !agent.Calls {
			template = "agent-endpoint-transfers"
		}
		fmt.Fprintf(&b, "[%[1]s](%[2]s)\nauth = %[1]s\naors = %[1]s\n", agent.User, template)
		if agent.Calls {
			b.WriteString("context = from-trunk\n")
		}
		fmt.Fprintf(&b, "[%[1]s](agent-auth)\nusername = %[1]s\npassword = %[2]s\n[%[1]s](agent-aor)\n\n", agent.User, agent.Password)
	}
	return b.String()
}

func entriesFragment(numbers []string) string {
	var b strings.Builder
	for _, number := range numbers {
		fmt.Fprintf(&b, "exten => %[1]s,1,Goto(arrive,%[1]s,1)\n", number)
	}
	return b.String()
}

func globalsFragment(globals map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(globals)) {
		fmt.Fprintf(&b, "%s = %s\n", name, globals[name])
	}
	return b.String()
}

func (a *Asterisk) writeHosts() error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	hosts := fmt.Sprintf("127.0.0.1 localhost %s\n", name)
	return os.WriteFile(filepath.Join(a.options.Dir, "etc/hosts"), []byte(hosts), 0o644)
}
