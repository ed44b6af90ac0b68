package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestARequestOverTheWebsocketNamesItsChannelAndVariable(t *testing.T) {
	t.Parallel()
	request, text := setting(7, "PJSIP/a b-1", "BENCH", "1")
	assert.Equal(t, "7", request)
	assert.JSONEq(t, `{"type":"RESTRequest","request_id":"7","method":"POST","uri":"channels/PJSIP%2Fa%20b-1/variable?value=1&variable=BENCH"}`, string(text))
}
