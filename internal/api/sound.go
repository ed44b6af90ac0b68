package api

import (
	"io"
	"net/http"
	"time"

	"go.uber.org/zap"
)

// replySound sends a WAV file as it comes, which nobody on the way may keep, and closes it.
// An hour of talk is 58 MB: whoever takes it may be slow, as long as he takes something. If
// the file ends before its end the answer is broken off, which no reader takes for the whole.
func (s *Server) replySound(w http.ResponseWriter, file io.ReadCloser) error {
	defer func() { _ = file.Close() }()
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	_, err := io.Copy(&patientWriter{w: w, out: http.NewResponseController(w)}, file)
	if err != nil {
		s.Log.Warn("a recording was not sent to its end", zap.Error(err))
		panic(http.ErrAbortHandler)
	}
	return nil
}

// patientWriter bounds the time of each part instead of that of the whole answer.
type patientWriter struct {
	w   io.Writer
	out *http.ResponseController
}

func (p *patientWriter) Write(part []byte) (int, error) {
	// Not every writer has deadlines; then the server's own holds.
	_ = p.out.SetWriteDeadline(time.Now().Add(writePatience))
	return p.w.Write(part)
}
