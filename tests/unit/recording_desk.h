// One recording at work as the daemon has it: a twin, a meta that is committed, a write journal, a
// destination. A run can be killed at any operation on files and be followed by another one.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "host/recording/command_interpreter.h"
#include "host/recording/export_file.h"
#include "host/recording/recorder.h"
#include "host/session/write_journal.h"

#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace kato::test {

extern const SessionRef kRecordedSession;

// A head with the title; then each text on a line with a running number, and "@" with the capture
// time if it has one. A head "---" gets a line "recorded" if it has none.
class NumberingSink final : public Sink {
 public:
  NumberingSink();
  [[nodiscard]] const PluginIdentity& identity() const override { return identity_; }
  [[nodiscard]] const PluginAbout& about() const override { return about_; }
  [[nodiscard]] bool wants_json() const override { return is_of_lines; }
  [[nodiscard]] std::string_view file_extension() const override { return "txt"; }
  [[nodiscard]] std::string_view media_type() const override { return "text/plain"; }
  [[nodiscard]] Result<std::unique_ptr<Renderer>> open(
      const OpenRendererRequest& request) const override;

  // As one that writes lines of JSON: half a line cannot be gone on with.
  bool is_of_lines = false;
  bool numbers = true;
  // Of the states that it saves; it understands no other.
  uint32_t state_version = 1;

 private:
  PluginIdentity identity_;
  PluginAbout about_;
};

class Desk {
 public:
  TemporaryFolder folder{memory_folder()};
  FaultyFileSystem files;
  NumberingSink sink;
  SessionMeta meta;
  TwinSource twin;
  uint64_t part_bytes = UINT64_MAX;  // RecorderInput's
  PathPolicy policy{files,
                    {.state_directory = folder / "state",
                     .allowed_write_roots = {folder / "notes"},
                     .provider_roots = {},
                     .allow_hard_links = false}};

  Desk();

  // A session with a twin of the texts "text 1", "text 2", "text 3", and one recording.
  RecordingMeta& recording() { return meta.recordings.front(); }
  // More texts; captured: they were seen live at that time.
  void say(int count, std::optional<UnixMillis> captured = std::nullopt);
  void say_words(const std::string& words);
  std::string said_at;  // of the next ones, as the provider has it; empty: nobody knows
  // So that there are so many texts in all.
  void say_up_to(int count) {
    if (count > said_) say(count - said_);
  }
  // The same twin, but nothing in it was seen live: as it is after a power loss. captured: when all
  // of it was told again since.
  void forget_capture_times(std::optional<UnixMillis> captured = std::nullopt);
  void period(uint64_t from, std::optional<uint64_t> to = std::nullopt);

  // Serves the recording as the daemon does, with what a killed run left. The error is the
  // recording's; it stays and is tried again.
  Status serve();
  Status commit();
  // Writes the export that is pending, if there is one: "# title\n1 text 1\n2 text 2\n3 text 3\n".
  // What was interrupted is taken up.
  Status export_all();

  // The run is over. What was not committed is gone, the files are what they are.
  void restart(bool lost_power = false);
  // From the operation with this number on, nothing works any more.
  void kill_at(uint64_t operation);
  [[nodiscard]] bool was_killed() const { return killed_; }

  Interpretation obey(std::string_view text, uint64_t seq, bool taken = false);

  [[nodiscard]] std::string written(std::string_view name = "a.txt") const {
    return folder.read("notes/" + std::string(name));
  }

 private:
  Status serve_with(const RecorderInput& input);
  Status recover();
  static Status take_all(const ExportPlace& to, PendingExport& pending);

  std::string lines_;  // of the twin
  int said_ = 0;
  SessionMeta committed_;
  std::unique_ptr<WriteJournal> journal_;
  OpenRecordings open_;
  bool recovered_ = true;
  bool lost_power_ = false;
  uint64_t operations_ = 0;
  bool killed_ = false;
};

}  // namespace kato::test
