// A session at work in a state directory of its own, over the line provider.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/daemon/origin_lookup.h"
#include "host/daemon/session_runtime.h"

#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/line_provider.h"
#include "tests/support/temporary_folder.h"

namespace kato::test {

// What steps brought.
struct Brought {
  std::vector<std::string> commands;  // of messages that may command, in order: "stop", ...
  std::vector<std::string> silenced;  // of those that may not
};

class RuntimeRig {
 public:
  explicit RuntimeRig(LineProviderTraits traits = {});

  // Another plugin takes the place of the one there was.
  void set_provider(LineProviderTraits traits);
  void set_most_record_bytes(uint64_t bytes);
  // Log files.
  void write(const std::string& name, const std::string& text) const;
  void append(const std::string& name, const std::string& text) const;
  void remove(const std::string& name) const;
  void move(const std::string& from, const std::string& to) const;

  // Opens the session as a daemon does that has just started: by what lies in the folder.
  SessionRuntime& open(const std::string& name = "one");
  // The process is killed: what waits to be committed is forgotten.
  SessionRuntime& reopen(const std::string& name = "one");
  [[nodiscard]] Result<std::unique_ptr<SessionRuntime>> try_open(const std::string& name = "one");
  SessionRuntime& runtime() { return *runtime_; }
  // Tells the runtime what lies in the folder now.
  void look(const std::string& name = "one");
  // A session with a twin, read to the end of `log`, which that file gets.
  void begin(const std::string& log, const std::string& name = "a.log");
  // Reads all sources to their ends and commits.
  Brought read(uint64_t live_from_bytes = UINT64_MAX);
  // The same, without a commit.
  Brought read_uncommitted(uint64_t live_from_bytes = UINT64_MAX);

  // "KEY TEXT" of each message in the twin; commands are left out, raw records too.
  [[nodiscard]] std::vector<std::string> said() const;
  // The lines of the twin with these words in them.
  [[nodiscard]] std::vector<std::string> lines_with(const std::string& words) const;
  [[nodiscard]] std::string twin() const {
    return state_files_.read("sessions/" + key_ + ".twin.jsonl");
  }
  [[nodiscard]] std::string file(const std::string& suffix) const {
    return state_folder_.path() + "/sessions/" + key_ + suffix;
  }
  [[nodiscard]] OriginLookup look_up_in(const SessionIndex& index) {
    return make_origin_lookup(files, state_folder_, metas_, index, {});
  }
  [[nodiscard]] const LedgerRow* ledger_row(LedgerOutcome outcome, const std::string& reason);

  FaultyFileSystem files;
  FakeClock clock;
  TemporaryFolder logs;
  OriginLookup origins;

 private:
  [[nodiscard]] Session session(const std::string& name);

  TemporaryFolder state_files_;
  std::unique_ptr<Provider> provider_;
  std::vector<std::unique_ptr<Provider>> former_;
  std::vector<Root> roots_;
  StateFolder state_folder_;
  MetaStore metas_;
  std::unique_ptr<CommitQueue> commits_;
  SourceBuffer buffer_;
  std::unique_ptr<SessionServices> services_;
  std::unique_ptr<SessionRuntime> runtime_;
  std::string key_;
};

}  // namespace kato::test
