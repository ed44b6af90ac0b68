// Package compose proves docker-compose.yml: it builds the images, starts them, and
// lets one person call an agent through them.
//
// The engine is the machine's own, or one of Debian's that is started for the test
// and stopped after it. Where no image registry answers, the two base images are
// made here: from Debian's packages, and from the Go that runs this.
//
// Read Test.
package compose
