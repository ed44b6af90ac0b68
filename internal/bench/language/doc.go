// Package language measures the menu language without a telephone: how long a site
// folder of a whole administration takes to be read and checked, and how many steps of
// a call one core walks. It holds benchmarks only; `make bench` runs them as part (g).
package language
