#include "tests/simulation/late_capture.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/event/event_id.h"

#include "tests/simulation/oracle.h"

namespace kato::simulation {
namespace {

// All that was said, in order. What left the log may have left before the twin was made.
ExpectedFile all_of(const Conversation& conversation) {
  ExpectedFile all;
  all.is_written_whole = true;
  for (const auto& spoken : conversation.spoken) {
    if (spoken.is_request) continue;
    all.tokens.push_back({spoken.token, spoken.is_sure && !spoken.cut_at.has_value()});
  }
  return all;
}

// What the daemon surely read, and has no longer: it must say so. A document is what its client
// says that it is: what the client took back before there was a copy is no loss.
bool lacks_what_was_read(const std::vector<std::string>& found, const Conversation& conversation) {
  return !conversation.log.is_document() &&
         std::ranges::any_of(conversation.spoken, [&](const Spoken& spoken) {
           const bool was_read = !spoken.is_request && spoken.is_sure;
           return was_read && std::ranges::find(found, spoken.token) == found.end();
         });
}

// Of a log that was cut down to nothing before there was a copy.
bool may_be_all_lost(const ExpectedFile& all) {
  return std::ranges::none_of(all.tokens, &ExpectedToken::is_certain);
}

std::string short_without_a_word(const std::string& path) {
  return "P10: it lacks what was read, and nothing says so: " + path;
}

}  // namespace

std::vector<std::string> export_without_logs(World& world) {
  std::vector<std::string> wrong;
  for (uint32_t i = 0; i < world.conversations().size(); ++i) {
    if (!world.disk().content(world.twin_of(i))) continue;
    const auto path = fmt::format("{}/late-export-{}.jsonl", World::home(), i);
    const auto all = all_of(world.conversations()[i]);
    const auto exported = world.export_at_command_line(i, path);
    const auto content = world.disk().content(path).value_or("");
    world.disk().drop(path);
    if (!exported && exported.error().code() == ErrorCode::kNotFound && may_be_all_lost(all)) {
      continue;
    }
    if (!exported) {
      wrong.push_back(fmt::format("P10: {} cannot be made: {}", path, exported.error().message()));
      continue;
    }
    const auto found = session_tokens(content);
    const auto missing = check_tokens(found, all);
    if (missing) wrong.push_back(fmt::format("P10: {} (in {})", *missing, path));
    if (lacks_what_was_read(found, world.conversations()[i]) && exported->empty()) {
      wrong.push_back(short_without_a_word(path));
    }
  }
  return wrong;
}

std::vector<std::string> capture_without_logs(World& world) {
  std::vector<std::string> wrong;
  for (uint32_t i = 0; i < world.conversations().size(); ++i) {
    const auto& conversation = world.conversations()[i];
    if (!world.disk().content(world.twin_of(i))) continue;
    // Of a log that was cut before anybody read it, the project may not be known.
    const auto path = fmt::format("{}/recordings/late-{}.jsonl", World::state(), i);
    const auto asked =
        world.ask({.verb = ControlVerb::kRecordCapture,
                   .session = make_session_id(conversation.log.provider(),
                                              conversation.log.provider_session_id()),
                   .destination = path});
    if (!asked) {
      wrong.push_back(fmt::format("P10: {} cannot be made: {}", path, asked.error().message()));
      continue;
    }
    const auto found = session_tokens(world.disk().content(path).value_or(""));
    const auto missing = check_tokens(found, all_of(conversation));
    if (missing) wrong.push_back(fmt::format("P10: {} (in {})", *missing, path));
    if (lacks_what_was_read(found, conversation) && !asked->contains("\"warning\"")) {
      wrong.push_back(short_without_a_word(path));
    }
  }
  return wrong;
}

}  // namespace kato::simulation
