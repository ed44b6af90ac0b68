// Package architecture holds the table of who may import whom, and the test
// that fails on any other arrow. ARCHITECTURE.md draws the same picture.
package architecture
