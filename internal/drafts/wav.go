package drafts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// wavHeader is the canonical header of a mono file of 16-bit samples.
type wavHeader struct {
	RIFF          [4]byte
	Size          uint32
	WAVE, Fmt     [4]byte
	FmtSize       uint32
	Format        uint16
	Channels      uint16
	Rate          uint32
	BytesPerSec   uint32
	BlockAlign    uint16
	BitsPerSample uint16
	Data          [4]byte
	DataSize      uint32
}

// parseWAV reads a canonical file. espeak-ng cannot know the length when it
// writes to a pipe and gives a huge one, so the data is what follows the header.
func parseWAV(file []byte) (samples []int16, rate int, err error) {
	var h wavHeader
	r := bytes.NewReader(file)
	if err := binary.Read(r, binary.LittleEndian, &h); err != nil {
		return nil, 0, fmt.Errorf("header: %w", err)
	}
	if string(h.RIFF[:]) != "RIFF" || string(h.Data[:]) != "data" || h.Format != 1 || h.Channels != 1 || h.BitsPerSample != 16 || h.Rate == 0 {
		return nil, 0, errors.New("not a mono file of 16-bit samples")
	}
	samples = make([]int16, r.Len()/2)
	if err := binary.Read(r, binary.LittleEndian, samples); err != nil {
		return nil, 0, fmt.Errorf("samples: %w", err)
	}
	return samples, int(h.Rate), nil
}

func formatWAV(samples []int16, rate int) []byte {
	size := uint32(2 * len(samples))
	var b bytes.Buffer
	// Writes to a bytes.Buffer of fixed-size values do not fail.
	_ = binary.Write(&b, binary.LittleEndian, wavHeader{
		RIFF: [4]byte{'R', 'I', 'F', 'F'}, Size: 36 + size,
		WAVE: [4]byte{'W', 'A', 'V', 'E'}, Fmt: [4]byte{'f', 'm', 't', ' '},
		FmtSize: 16, Format: 1, Channels: 1,
		Rate: uint32(rate), BytesPerSec: uint32(2 * rate), BlockAlign: 2, BitsPerSample: 16,
		Data: [4]byte{'d', 'a', 't', 'a'}, DataSize: size,
	})
	_ = binary.Write(&b, binary.LittleEndian, samples)
	return b.Bytes()
}
