// A conversation whose log its client packs and unpacks, and a daemon over it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tests/support/conversation.h"
#include "tests/unit/daemon_rig.h"

namespace kato::test {

[[nodiscard]] std::string packed(const std::string& text);

// In ~/proj; its log compresses well.
struct PackedTalk {
  explicit PackedTalk(std::string_view agent = "codex-bare");

  [[nodiscard]] std::string log() const { return rig.home / talk->log_path(); }
  void say(std::string_view text);
  void write() const { rig.home.write(talk->log_path(), said); }
  // Written before it takes the place of the log, which kept its time.
  void pack() const;
  void unpack() const;
  // As if it had been written a day ago.
  void age() const;
  void capture(Daemon& daemon, std::string_view name);
  [[nodiscard]] bool is_made(std::string_view name) const;
  // The line of the recording that holds the text.
  [[nodiscard]] std::string line(std::string_view name, std::string_view text) const;

  DaemonRig rig;
  std::unique_ptr<Conversation> talk;
  std::string said;
};

}  // namespace kato::test
