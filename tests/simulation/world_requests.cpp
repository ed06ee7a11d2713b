// The part of the world in which the person asks the daemon at the command line, as the socket
// hands it on.
#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "host/daemon/export_session.h"
#include "host/daemon/path_rules.h"
#include "host/daemon/session_lookup.h"
#include "host/event/event_id.h"

#include "tests/simulation/world.h"

namespace kato::simulation {
namespace {

constexpr uint32_t kPlainDestinations = 3;
constexpr uint32_t kReloads = 9;  // one of so many requests

struct Wish {
  ControlVerb verb = ControlVerb::kStatus;
  std::vector<Order> orders;  // what it means; empty: nothing for what is recorded
};

Wish wish_of(uint32_t what, const std::string& path) {
  switch (what % 16) {
    case 0:
    case 1:
    case 2:
    case 3:
      return {ControlVerb::kRecordStart, {{OrderKind::kStart, path}}};
    case 4:
    case 5:
    case 6:
      return {ControlVerb::kRecordCapture, {{OrderKind::kCapture, path}}};
    case 7:
    case 8:
      return {ControlVerb::kRecordStop, {{OrderKind::kStop, {}}}};
    case 9:
    case 10:
      return {ControlVerb::kRecordStop, {{OrderKind::kStopOne, path}}};
    case 11:
      return {ControlVerb::kPrivate, {{OrderKind::kPrivate, {}}}};
    case 12:
      return {ControlVerb::kUndoPrivate, {{OrderKind::kUndoPrivate, {}}}};
    case 13:
      return {ControlVerb::kSnapshotCreate, {}};
    case 14:
      return {ControlVerb::kSnapshotRemove, {}};
    default:
      return {ControlVerb::kReprocess, {}};
  }
}

}  // namespace

void World::request(const Step& step) {
  if (!daemon_ || is_working_) return;
  do_all_later();  // what is said while it is carried out may come before it or after it
  if (!daemon_) return;
  if (step.what % kReloads == 0) return reload(step.what / kReloads);
  auto& conversation = asked_about(step);
  // What was said in a log that was gone before it was surely read comes before the request or
  // after it, as soon as the log is back, or is found where it lies now: nobody can tell.
  const bool is_in_sight = conversation.is_readable() && !conversation.is_elsewhere;
  if (!is_in_sight && conversation.has_unread()) return;
  const auto session = static_cast<uint32_t>(&conversation - conversations_.data());
  const uint32_t which = step.what / 16 % (kPlainDestinations + 1);
  const auto path = which < kPlainDestinations ? destination(session, which) : shared_destination();
  auto wish = wish_of(step.what, path);
  const bool names_file = !wish.orders.empty() && !wish.orders.front().path.empty();
  const auto& log = conversation.log;
  const auto hits = files_->hits();
  const auto asked = ask({.verb = wish.verb,
                          .session = make_session_id(log.provider(), log.provider_session_id()),
                          .destination = names_file ? path : std::string()});
  if (!asked && asked.error().code() == ErrorCode::kPlugin && files_->hits() == hits) {
    violations_.push_back("a plugin was blamed for a request: " + asked.error().message());
  }
  // A twin that was made again, or of what is left of the log, numbers otherwise.
  if (wish.orders.empty()) twins_may_be_gone_ = true;
  if (!wish.orders.empty()) {
    Spoken request;
    request.is_request = true;
    request.orders = std::move(wish.orders);
    request.in_log = false;
    request.is_amid_half = conversation.is_half_written;
    request.waits_for_document = conversation.is_half_written;
    request.is_sure = true;
    request.settled = conversation.settled + 1;
    const bool may_have_failed = files_->hits() != hits || files_->is_dead();
    request.obeyed = asked ? Answer::kYes : may_have_failed ? Answer::kMaybe : Answer::kNo;
    request.said_at = moment_;
    request.decided_at = ++moment_;
    const bool is_refused = !asked && asked.error().code() == ErrorCode::kRefused;
    const bool is_shared = names_file && path == shared_destination();
    if (is_shared && is_refused && !may_have_failed && !is_claimed(path, conversation)) {
      violations_.push_back("no other session is recorded into it, and it was refused: " + path);
    }
    if (wish.verb == ControlVerb::kRecordStop) doubt_unbegun(conversation);
    conversation.spoken.push_back(std::move(request));
  }
  read_perhaps(conversation);
  if (files_->is_dead()) die(random_.one_in(4));
}

// A recording that could not be begun before it was stopped is forgotten, and so is its claim.
void World::doubt_unbegun(Conversation& conversation) {
  for (auto& earlier : conversation.spoken | std::views::reverse) {
    if (!earlier.is_request || earlier.settled != conversation.settled + 1) return;
    for (const auto& order : earlier.orders) {
      const bool is_unbegun = conversation.is_half_written || !disk_.content(order.path);
      const bool is_start = order.kind == OrderKind::kStart && is_unbegun;
      if (is_start && earlier.obeyed == Answer::kYes) earlier.obeyed = Answer::kMaybe;
    }
  }
}

Conversation& World::asked_about(const Step& step) {
  const auto half = std::ranges::find_if(conversations_, [](const Conversation& one) {
    return one.is_half_written || one.held_back.has_value();
  });
  if (step.amount != 0 && half != conversations_.end()) return *half;
  return conversations_[step.who % conversations_.size()];
}

// Whether another session is, or may be, recorded into it.
bool World::is_claimed(const std::string& path, const Conversation& not_by) const {
  return std::ranges::any_of(conversations_, [&](const Conversation& conversation) {
    return &conversation != &not_by && claims(conversation, path);
  });
}

Result<std::vector<std::string>> World::export_at_command_line(uint32_t session,
                                                               const std::string& path) {
  Machine machine = machine_;
  machine.on_write = [](const std::string&) {};  // the person's own hand may write anywhere
  SimFileSystem files(machine);
  auto assembly = assemble(files);
  if (!assembly) return forward(assembly);
  const auto& id = conversations_[session].log.provider_session_id();
  const auto kept = find_kept_session(files, **assembly, id, home(), [](const std::string&) {});
  if (!kept) return forward(kept);
  const auto sink = (*assembly)->sink_for(path, {});
  if (!sink) return forward(sink);
  const auto& state = (*assembly)->paths().state_dir;
  std::vector<std::string> warnings;
  const ExportInput input{
      .files = files,
      .session = *kept,
      .sink = **sink,
      .state_directory = state,
      .reading = {.warn = [&](const std::string& text) { warnings.push_back(text); }}};
  const PathPolicy policy(files, path_rules(**assembly));
  const auto done = export_to_file(input, policy, path, Overwrite::kNever);
  if (!done) return forward(done);
  return warnings;
}

Result<std::string> World::ask(const ControlRequest& request) {
  if (!daemon_) return fail(ErrorCode::kInternal, "no daemon runs");
  wall_times_.push_back({run_, clock_.now()});
  is_working_ = true;
  files_->limit_calls(input_.most_calls_at_once);
  auto answer = daemon_->handle(request);
  is_working_ = false;
  trace(fmt::format("     {}", answer ? *answer : answer.error().message()));
  return answer;
}

}  // namespace kato::simulation
