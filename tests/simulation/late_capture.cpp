#include "tests/simulation/late_capture.h"

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

}  // namespace

std::vector<std::string> export_without_logs(World& world) {
  std::vector<std::string> wrong;
  for (uint32_t i = 0; i < world.conversations().size(); ++i) {
    if (!world.disk().content(world.twin_of(i))) continue;
    const auto path = fmt::format("{}/late-export-{}.jsonl", World::home(), i);
    const auto exported = world.export_at_command_line(i, path);
    const auto content = world.disk().content(path).value_or("");
    world.disk().drop(path);
    if (!exported) {
      wrong.push_back(fmt::format("P10: {} cannot be made: {}", path, exported.error().message()));
      continue;
    }
    const auto missing = check_tokens(session_tokens(content), all_of(world.conversations()[i]));
    if (missing) wrong.push_back(fmt::format("P10: {} (in {})", *missing, path));
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
    const auto missing =
        check_tokens(session_tokens(world.disk().content(path).value_or("")), all_of(conversation));
    if (missing) wrong.push_back(fmt::format("P10: {} (in {})", *missing, path));
  }
  return wrong;
}

}  // namespace kato::simulation
