// Package geography knows the departments of France and which of them a postal
// code lies in.
//
// It is data with three questions to ask of it; it decides nothing. A site can
// lay a table of its own over it (package config). Read DepartmentOf first, and
// the two tables beside this file.
package geography

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/contact"
)

// Corsica is the department of somebody who keyed only 20: one of 2A and 2B, and
// nobody knows which.
const Corsica contact.Department = "20"

//go:embed departments.csv
var departmentsCSV string

//go:embed crossings.csv
var crossingsCSV string

var (
	departments, departmentNames = readDepartments(departmentsCSV)
	crossings                    = readCrossings(crossingsCSV)
)

// crossing is a postal code that its first digits do not place, or not alone.
type crossing struct{ in, also contact.Department }

// Departments lists the codes of all departments, 2A and 2B before 21.
func Departments() []contact.Department { return slices.Clone(departments) }

// Is reports whether there is a department of that code.
func Is(d contact.Department) bool { return departmentNames[d] != "" }

// Name is the name of a department, empty for one that does not exist.
func Name(d contact.Department) string { return departmentNames[d] }

// DepartmentOf is where a postal code lies, or what a caller keyed instead of
// one: the first two digits (20 for Corsica), or three overseas. Of a code with
// communes in two departments it is that of most inhabitants (see Also). It is
// contact.Unknown for anything else, such as a code of Monaco.
func DepartmentOf(postalCode string) contact.Department {
	if strings.Trim(postalCode, "0123456789") != "" || len(postalCode) < 2 || len(postalCode) > 5 {
		return contact.Unknown
	}
	if c, crosses := crossings[postalCode]; crosses {
		return c.in
	}
	return byPrefix(postalCode)
}

// Also is the other department in which communes of a postal code lie; empty for
// nearly all.
func Also(postalCode string) contact.Department { return crossings[postalCode].also }

func byPrefix(code string) contact.Department {
	switch prefix := code[:min(3, len(code))]; {
	case prefix == "200" || prefix == "201":
		return "2A"
	case prefix == "202" || prefix == "206":
		return "2B"
	case code[:2] == "20":
		return Corsica
	case Is(contact.Department(prefix)):
		return contact.Department(prefix)
	case Is(contact.Department(code[:2])):
		return contact.Department(code[:2])
	}
	return contact.Unknown
}

func readDepartments(table string) (codes []contact.Department, names map[contact.Department]string) {
	names = map[contact.Department]string{}
	for _, row := range rows(table) {
		code := contact.Department(row[0])
		codes, names[code] = append(codes, code), row[1]
	}
	return codes, names
}

func readCrossings(table string) map[string]crossing {
	found := map[string]crossing{}
	for _, row := range rows(table) {
		found[row[0]] = crossing{in: contact.Department(row[1]), also: contact.Department(row[2])}
	}
	return found
}

// rows reads a table of this package without its header.
func rows(table string) [][]string {
	r := csv.NewReader(strings.NewReader(table))
	r.Comment = '#'
	read, err := r.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("geography: a table of this package is not CSV: %v", err))
	}
	return read[1:]
}
