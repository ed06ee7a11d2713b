#include "host/recording/command_destination.h"

#include <algorithm>

#include "host/policy/canonical_path.h"
#include "host/recording/sibling_path.h"

namespace kato {

std::optional<CommandTarget> CommandDestination::target_of(const Command& command,
                                                           RequestOrigin origin) {
  const auto action = command_name(command.kind);
  const auto path = resolve_destination(
      input_.files, command.target, meta_.identity.project_directory, input_.rules, input_.names);
  if (!path) {
    refuse(action, command.target, path.error());
    return std::nullopt;
  }
  const bool named_by_hand =
      command.kind == CommandKind::kExport && origin == RequestOrigin::kCommandLine;
  const auto decision = named_by_hand
                            ? input_.policy.check_explicit(path->path)
                            : input_.policy.check(path->path, meta_.identity.project_directory);
  if (!decision.allowed()) {
    done_.fault = decision.fault;
    audit(action, decision.path, false, decision.reason);
    return std::nullopt;
  }
  const auto place = place_of(*path, decision.path);
  const bool was_chosen = !path->is_generated;
  if (input_.fed_by_other(place) || (was_chosen && input_.fed_by_other(path->path))) {
    audit(action, place, false, "another session is recorded into this file");
    return std::nullopt;
  }
  auto sink = input_.sink_for(place);
  if (!sink) {
    audit(action, place, false, sink.error().message());
    return std::nullopt;
  }
  const bool gave_way = path->is_generated && is_sibling(place, decision.path);
  audit(action, place, true,
        gave_way ? "another session is recorded into the file of that name" : decision.reason);
  return CommandTarget{.path = place, .sink = std::move(*sink)};
}

std::string CommandDestination::place_of(const ResolvedDestination& asked,
                                         const std::string& canonical) const {
  if (is_recorded_into(asked.path)) return asked.path;
  if (is_recorded_into(canonical)) return canonical;
  for (const auto& recording : meta_.recordings) {
    const auto now = canonical_path(input_.files, recording.destination);
    if (now && now->path == canonical) return recording.destination;
  }
  return asked.is_generated ? place_for_generated(canonical) : canonical;
}

// A name that nobody chose gives way to another session's. What this session has stays its own,
// whatever became of the other one since.
std::string CommandDestination::place_for_generated(const std::string& path) const {
  for (const auto& recording : meta_.recordings) {
    if (is_sibling(recording.destination, path)) return recording.destination;
  }
  return input_.fed_by_other(path) ? free_sibling(path) : path;
}

Result<std::string> CommandDestination::place_to_stop(const Command& command) const {
  const bool by_path =
      command.selector == StopSelector::kDestination || command.selector == StopSelector::kEither;
  if (!by_path) return std::string();
  const auto path = resolve_destination(
      input_.files, command.target, meta_.identity.project_directory, input_.rules, input_.names);
  if (!path && is_passing(path.error())) return forward(path);
  if (!path) return std::string();
  const auto decision = input_.policy.check(path->path, meta_.identity.project_directory);
  if (decision.fault) return std::unexpected(*decision.fault);
  return place_of(*path, decision.path);
}

std::string CommandDestination::free_sibling(const std::string& path) const {
  return sibling_path(path, [this](const std::string& candidate) {
    return is_recorded_into(candidate) || input_.fed_by_other(candidate) ||
           input_.files.link_info(candidate);
  });
}

bool CommandDestination::is_recorded_into(const std::string& path) const {
  return std::ranges::find(meta_.recordings, path, &RecordingMeta::destination) !=
         meta_.recordings.end();
}

void CommandDestination::audit(std::string_view action, std::string path, bool allowed,
                               std::string reason) {
  done_.audit.push_back({.action = std::string(action),
                         .path = std::move(path),
                         .allowed = allowed,
                         .reason = std::move(reason)});
}

void CommandDestination::refuse(std::string_view action, std::string path, const Error& error) {
  audit(action, std::move(path), false, error.message());
  if (is_passing(error)) done_.fault = error;
}

}  // namespace kato
