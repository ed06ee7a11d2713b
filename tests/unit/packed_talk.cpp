#include "tests/unit/packed_talk.h"

#include <chrono>
#include <filesystem>
#include <sstream>
#include <zstd.h>

#include "tests/support/catch.h"

namespace kato::test {
namespace {

constexpr std::chrono::hours kADay{24};

}  // namespace

std::string packed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

PackedTalk::PackedTalk(std::string_view agent)
    : talk(Conversation::of(agent, {.project = rig.home / "proj", .begin = rig.clock.now()})),
      said(talk->opening()) {}

void PackedTalk::say(std::string_view text) {
  said += talk->user(text);
  said += talk->assistant(std::string(200, '.'));
}

void PackedTalk::pack() const {
  const std::filesystem::path to = log() + ".zst";
  rig.home.write(talk->log_path() + ".zst", packed(said));
  if (!std::filesystem::exists(log())) return;
  std::filesystem::last_write_time(to, std::filesystem::last_write_time(log()));
  std::filesystem::remove(log());
}

void PackedTalk::unpack() const {
  write();
  std::filesystem::remove(log() + ".zst");
}

void PackedTalk::age() const {
  for (const auto& path : {log(), log() + ".zst"}) {
    if (!std::filesystem::exists(path)) continue;
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - kADay);
  }
}

void PackedTalk::capture(Daemon& daemon, std::string_view name) {
  const auto session = daemon.status(true).sessions.at(0).identity.session_id;
  static_cast<void>(rig.ask(daemon, {.verb = ControlVerb::kRecordCapture,
                                     .session = session,
                                     .destination = rig.home / ("proj/" + std::string(name))}));
  rig.work(daemon);
}

bool PackedTalk::is_made(std::string_view name) const {
  return std::filesystem::exists(rig.home / ("proj/" + std::string(name)));
}

std::string PackedTalk::line(std::string_view name, std::string_view text) const {
  std::istringstream lines(rig.read("proj/" + std::string(name)));
  for (std::string one; std::getline(lines, one);) {
    if (one.contains(text)) return one;
  }
  FAIL("not recorded: " << text);
  return {};
}

}  // namespace kato::test
