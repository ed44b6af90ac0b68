package api

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAPrivateNumberOfAnAgentIsMaskedAndAPhoneOfTheHouseIsNot(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "•••••••••78", shownPhone("+33612345678"))
	assert.Equal(t, "PJSIP/a1001", shownPhone("PJSIP/a1001"))
	assert.Empty(t, shownPhone(""))
}
