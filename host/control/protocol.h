// What is asked of a running daemon, and what it answers: one line of JSON each (docs/control.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/error.h"

namespace kato {

inline constexpr uint32_t kControlProtocol = 1;
inline constexpr size_t kMaxRequestBytes = size_t{64} << 10;  // with its newline

enum class ControlVerb : uint8_t {
  kStatus,
  kRecordStart,
  kRecordCapture,
  kRecordStop,
  kPrivate,
  kUndoPrivate,
  kSnapshotCreate,
  kSnapshotList,
  kSnapshotRemove,
  kReprocess,
  kStop,
  kReload,
};

struct ControlRequest {
  ControlVerb verb = ControlVerb::kStatus;
  std::string session = {};      // a prefix of its id, or of the provider's id
  std::string source = {};       // or: the absolute path of its log
  std::string destination = {};  // of a recording; empty: the default, or all
  bool all = false;              // status: of old sessions too
};

// "status", "record.start", ...
[[nodiscard]] std::string_view verb_name(ControlVerb verb);

// With its newline.
[[nodiscard]] std::string to_line(const ControlRequest& request);
// kUnsupported: another protocol version, or an unknown request; kInvalid: no such JSON.
[[nodiscard]] Result<ControlRequest> request_from_line(std::string_view line);

// result: JSON on one line. With its newline.
[[nodiscard]] std::string reply_to_line(const Result<std::string>& result);
// The result, or the error that the daemon answered.
[[nodiscard]] Result<std::string> reply_from_line(std::string_view line);

// Answers requests. [the daemon's thread]
class ControlHandler {
 public:
  ControlHandler() = default;
  ControlHandler(const ControlHandler&) = delete;
  ControlHandler& operator=(const ControlHandler&) = delete;
  ControlHandler(ControlHandler&&) = delete;
  ControlHandler& operator=(ControlHandler&&) = delete;
  virtual ~ControlHandler() = default;

  // JSON on one line.
  virtual Result<std::string> handle(const ControlRequest& request) = 0;
};

}  // namespace kato
