package contact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/guichet/guichet/internal/contact"
)

func TestNumbersThatTakeAnSMSAreKnown(t *testing.T) {
	t.Parallel()
	for text, mobile := range map[string]bool{
		"06 12 34 56 78": true, "0612345678": true, "+33 7 56 78 90 12": true, "0033712345678": false, // 071 is not in use
		"0690 12 34 56": true, "+590690123456": true, "+594694123456": true, "+596696123456": true, "+262692123456": true, "+262639123456": true,
		"+68987123456": true, "+687751234": true,
		"0299000001": false, "0199002014": false, "+33800000000": false, "0700123456": false, "+33612345": false, "3939": false,
		"+32470123456": false, "+590590123456": false, "+6061234567": false,
	} {
		n, ok := contact.ParseNumber(text)
		assert.True(t, ok || !mobile, text)
		assert.Equal(t, mobile, n.Mobile(), text)
	}
	assert.False(t, contact.Number("").Mobile())
}
