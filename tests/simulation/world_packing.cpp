// The part of the world in which agents pack their logs.
#include <zstd.h>

#include "tests/simulation/world.h"

namespace kato::simulation {
namespace {

std::string packed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

}  // namespace

void World::pack(const Step& step) {
  std::vector<Conversation*> resting;
  for (auto& conversation : conversations_) {
    const bool is_plain = conversation.file_exists && !conversation.is_packed;
    if (is_plain && conversation.log.may_be_packed() && !conversation.is_in_a_record) {
      resting.push_back(&conversation);
    }
  }
  if (resting.empty()) return;
  auto& conversation = *resting[step.who % resting.size()];
  const auto& log = conversation.log;
  disk_.put(log.packed_path(), packed(*disk_.content(log.path())));
  disk_.drop(log.path());
  conversation.is_packed = true;
  conversation.is_elsewhere = true;
  for (auto& spoken : conversation.spoken) {
    spoken.was_packed = spoken.was_packed || (spoken.in_log && !spoken.is_sure);
  }
  if (conversation.held_back) conversation.held_back->was_packed = true;
}

void World::unpack(Conversation& conversation) {
  if (!conversation.is_packed) return;
  const auto& log = conversation.log;
  put_whole_log(conversation, false);
  if (conversation.held_back) {
    disk_.put_more(log.path(), AgentLog::held_line(conversation.held_back->said));
  }
  disk_.drop(log.packed_path());
  conversation.is_packed = false;
  conversation.is_elsewhere = true;
  if (daemon_) conversation.unpacked_in_run = run_;
}

}  // namespace kato::simulation
