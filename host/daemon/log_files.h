// The two logs of a daemon: what happens, and what was allowed or refused. JSON lines.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/config/config.h"
#include "host/io/file_system.h"
#include "host/recording/command_interpreter.h"

namespace spdlog {
class logger;  // NOLINT(readability-identifier-naming): a name of the library
}

namespace kato {

class LogFiles {
 public:
  // The folders must be there. mirror_to_stderr: what happens is also said on standard error.
  [[nodiscard]] static Result<std::unique_ptr<LogFiles>> open(
      FileSystem& files, const std::string& operational_path, const std::string& audit_path,
      const LoggingConfig& levels, const Clock& clock, bool mirror_to_stderr);
  ~LogFiles();
  LogFiles(const LogFiles&) = delete;
  LogFiles& operator=(const LogFiles&) = delete;
  LogFiles(LogFiles&&) = delete;
  LogFiles& operator=(LogFiles&&) = delete;

  // No text of a conversation.
  void note(LogLevel level, std::string_view message);
  void audit(const std::string& session_id, const AuditEntry& entry);

 private:
  LogFiles(const Clock& clock, bool mirror);

  const Clock& clock_;
  bool mirror_;
  std::shared_ptr<spdlog::logger> operational_;  // spdlog hands loggers out so
  std::shared_ptr<spdlog::logger> audit_;
};

}  // namespace kato
