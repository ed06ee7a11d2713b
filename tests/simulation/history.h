// What happens in one simulated life of the daemon: a list of steps made from a seed. A step names
// what is done by small numbers whose meaning depends on what is there when it is done, so that a
// history stays one when steps are taken out of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/random.h"
#include "tests/simulation/sim_file_system.h"

namespace kato::simulation {

enum class StepKind : uint8_t {
  // Agents and the people who talk to them. `who`: the session.
  kTalk,      // a message of the person and an answer; `what` other than 0: with a command
  kTear,      // the first half of the next record is written; the rest comes with the next message
  kCut,       // the log loses its last messages: `what` of them
  kRewrite,   // the log is written anew under the same name, as it was
  kVanish,    // the log is deleted; it is back when something is said again
  kFarewell,  // the same, right after an export was asked for in it
  kHalf,   // a client writes its document anew, in place, and has come so far; or the first of two
           // lines of what a person says. The rest comes with the next thing that it writes
  kPack,   // a log is packed; it is unpacked before anything is written to it
  kTouch,  // only its time changes
  // The person and the destinations. `who`: one of them.
  kUserAppends,
  kUserInserts,   // by an editor that puts another file in its place
  kUserRemoves,   // one message out of a recording
  kUserReplaces,  // the same bytes in another file
  kUserDeletes,
  kUserFile,  // a file that is there before it becomes a destination
  // Time. `amount`: milliseconds.
  kWait,
  kJump,  // the wall clock alone; may be negative
  // The daemon.
  kWork,    // it does what there is to do now
  kSettle,  // it has all the time that it wants
  kStop,    // it ends cleanly, if it can
  kKill,
  kPowerLoss,
  kStart,     // with a config: `what`
  kOverflow,  // what happened in folders is lost
  kRequest,   // at the command line, of a session; only a running daemon answers. `amount` other
              // than 0: rather of one of which something is half written
  // A fault that begins `amount` calls from now; see `fault`.
  kFault,
  // The next step happens in the middle of the daemon's work, `amount` calls from now.
  kMeanwhile,
};

struct Step {
  StepKind kind = StepKind::kSettle;
  uint32_t who = 0;
  uint32_t what = 0;
  int64_t amount = 0;
  Fault fault;
};

struct HistoryLimits {
  size_t steps = 120;
  bool faults = true;
  std::vector<std::string> without;  // names of steps and faults, as to_text says them
};

struct History {
  uint64_t seed = 0;
  uint32_t sessions = 1;
  bool by_polling = false;
  PowerLossOrder power_loss = PowerLossOrder::kByTime;
  std::vector<Step> steps;
};

[[nodiscard]] History make_history(uint64_t seed, const HistoryLimits& limits);
// One line for people.
[[nodiscard]] std::string to_text(const Step& step);
// The same without what goes wrong: nothing fails, nobody is killed.
[[nodiscard]] History without_faults(const History& history);

}  // namespace kato::simulation
