package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/api"
	"github.com/guichet/guichet/internal/explanation"
	"github.com/guichet/guichet/internal/report/reporttest"
)

// explained is a house of a site folder with a floor.
func explained(t *testing.T) *house {
	t.Helper()
	site, problems := config.Load("../explanation/testdata/site")
	require.NotNil(t, site, "%v", problems)
	return houseOf(reporttest.NewController(reporttest.Floor(site, "ouest1", "sud1", "lyon1"), site))
}

func TestARouteIsAskedOfTheLiveFloorAndChangesNothing(t *testing.T) {
	t.Parallel()
	h := explained(t)
	r := get[explanation.Routed](t, h, "/api/v1/route?entry=2014&topic=prelevement&postal_code=35000&authentication=1&at=2026-12-24T15:50")
	assert.Equal(t, 1, r.Routing.Authentication)
	assert.Equal(t, "2026-12-24T15:50:00+01:00", r.At.Format("2006-01-02T15:04:05-07:00"))
	assert.Equal(t, "recouvrement", string(r.Routing.Queue))
	assert.Equal(t, "adossement_cis", string(r.Routing.Organisation))
	require.NotNil(t, r.Floor)
	require.Len(t, r.Floor.Steps, 2)
	assert.Equal(t, 1, r.Floor.Steps[0].Ready(), "lyon1; lyon2 is not here")
	assert.False(t, r.StandIn)
	assert.NotEmpty(t, r.Brief)
	assert.NotEmpty(t, r.Details)
	assert.Empty(t, get[[]api.Call](t, h, "/api/v1/calls"))
}

func TestAWrongRouteIsRefusedWithWhatWasMeant(t *testing.T) {
	t.Parallel()
	h := explained(t)
	e := h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/route?entry=2014&topic=payement", "")
	assert.Equal(t, `there is no topic "payement"`, e.Message)
	assert.Equal(t, `did you mean "paiement"?`, e.Hint)
	e = h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/route?entry=2014&at=noon", "")
	assert.Contains(t, e.Hint, "2026-12-24T15:50")
	e = h.fails(t, http.StatusBadRequest, "bad_request", "GET", "/api/v1/route", "")
	assert.Equal(t, "no entry is given", e.Message)
}

func TestAContactIsExplainedByItsIdOrABeginningOfIt(t *testing.T) {
	t.Parallel()
	h := newHouse()
	waiting := get[explanation.Contact](t, h, "/api/v1/contacts/c10/explanation")
	require.NotNil(t, waiting.Waiting)
	assert.Equal(t, 1, waiting.Waiting.Place.Position)
	assert.NotEmpty(t, waiting.Text)
	over := get[explanation.Contact](t, h, "/api/v1/contacts/c04/explanation")
	require.Len(t, over.Offers, 2, "the first was not answered")
	assert.Equal(t, "a3", string(over.Offers[1].Agent))
	assert.NotNil(t, over.Offers[1].Floor)

	e := h.fails(t, http.StatusNotFound, "not_found", "GET", "/api/v1/contacts/nothing/explanation", "")
	assert.Equal(t, `there is no contact "nothing"`, e.Message)
	h.fails(t, http.StatusConflict, "ambiguous", "GET", "/api/v1/contacts/c0/explanation", "")
}
