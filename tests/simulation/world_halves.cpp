// The part of the world in which agents write what cannot be read before they go on.
#include "tests/simulation/world.h"

namespace kato::simulation {

void World::write_half(const Step& step) {
  std::vector<Conversation*> writing;
  for (auto& conversation : conversations_) {
    const auto& log = conversation.log;
    const bool can = log.is_document() || log.kind() == AgentKind::kTwofold;
    if (can && conversation.file_exists && !conversation.is_in_a_record) {
      writing.push_back(&conversation);
    }
  }
  if (writing.empty()) return;
  auto& conversation = *writing[step.who % writing.size()];
  unpack(conversation);
  if (conversation.log.is_document()) {
    write_half_document(conversation, step.what);
  } else {
    write_held_line(conversation, step.what);
  }
}

// A document that is written in place: emptied, and then in pieces.
void World::write_half_document(Conversation& conversation, uint32_t what) {
  const auto& path = conversation.log.path();
  const auto whole = conversation.log.whole(conversation.in_log());
  const size_t has = conversation.is_half_written ? disk_.content(path)->size() : 0;
  // Often it has only been emptied.
  const size_t size = what % 3 == 0 ? has : has + what * (whole.size() - has) / 1000;
  if (conversation.is_half_written) {
    disk_.put_more(path, std::string_view(whole).substr(has, size - has));
  } else {
    disk_.put(path, std::string_view(whole).substr(0, size));
  }
  conversation.is_half_written = true;
  conversation.was_half_at_first =
      conversation.was_half_at_first || conversation.is_known != Answer::kYes;
}

void World::write_held_line(Conversation& conversation, uint32_t what) {
  if (conversation.held_back) return;
  conversation.held_back = think(conversation, true, what);
  disk_.put_more(conversation.log.path(), AgentLog::held_line(conversation.held_back->said));
}

void World::write_telling_line(Conversation& conversation) {
  if (!conversation.held_back) return;
  auto spoken = *std::exchange(conversation.held_back, std::nullopt);
  utter(conversation, std::move(spoken));
  disk_.put_more(conversation.log.path(), AgentLog::telling_line(conversation.spoken.back().said));
}

// Of all of them; documents as they were.
void World::write_rest() {
  agents_now_ = clock_.now();
  for (auto& conversation : conversations_) {
    if (conversation.is_half_written) write_log(conversation, 0, false);
    if (conversation.held_back) unpack(conversation);
    write_telling_line(conversation);
  }
}

}  // namespace kato::simulation
