// The destination of a recording that is brought up to date: what is rendered goes into it, as far
// as it does not stand there already, and the recording moves on behind it.
#pragma once

#include <optional>
#include <string>

#include "host/recording/destination_file.h"
#include "host/recording/open_recording.h"
#include "host/recording/recorder.h"
#include "host/recording/written_stretch.h"

namespace kato {

// Rendered bytes on their way.
struct RenderedPiece {
  std::string bytes;
  bool begins_line = false;  // they begin with a newline that the sink did not make
};

class RecordingWriter {
 public:
  // Both must outlive it.
  RecordingWriter(const RecorderInput& input, RecordingMeta& recording)
      : input_(input), recording_(recording) {}

  // To be called first, and again when another file has taken the destination's place. before: what
  // was written up to the recording's cursor.
  [[nodiscard]] Status open(bool create, WrittenBefore before);
  // Instead of open() and resume_hash(), where nothing is unsure: goes on with what was left to it,
  // which is as it was left. False: open it.
  [[nodiscard]] bool take_up(OpenRecording& left);
  // The end: what may be taken up later, but for the renderer.
  [[nodiscard]] OpenRecording leave() &&;
  [[nodiscard]] DestinationFile& file() { return *file_; }
  [[nodiscard]] const WrittenStretch& stretch() const { return stretch_; }
  // What is put from now on does not stand in the file.
  void end_search() { stretch_ = {}; }
  // Of a recording that goes on behind content that was there, and is unsure: whether a newline
  // stands between, or belongs there, that the sink did not make.
  [[nodiscard]] Result<bool> begins_line();

  // The hash of the whole file, where Kato alone writes it: of a new file, or going on.
  void begin_hash(bool is_new) { whole_known_ = is_new; }
  [[nodiscard]] Status resume_hash();

  // Everything of the piece goes to the file; it is empty then. cursor, state: behind it.
  [[nodiscard]] Status put(RenderedPiece& piece, const WriteCursor& cursor, const StateBlob& state);
  // To be called behind the last piece.
  [[nodiscard]] Status finish() { return commit_found(); }

 private:
  Result<size_t> take(RenderedPiece& piece);
  Status commit_found();
  Status settle(const JournaledWrite& write);
  Status write_rest(JournaledWrite& write, std::string_view rest, const GrowingHash& whole);
  Status append(JournaledWrite& write, std::string_view bytes);
  [[nodiscard]] UnsureStretch left_by_failure(const JournaledWrite& write, std::string_view bytes);
  void advance(JournaledWrite write);

  const RecorderInput& input_;
  RecordingMeta& recording_;
  std::optional<DestinationFile> file_;
  WrittenStretch stretch_;
  bool found_ = false;  // what was put last stood in the file already
  GrowingHash whole_;
  bool whole_known_ = false;
};

}  // namespace kato
