// Where what lies in the state directory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/io/file_system.h"

namespace kato {

inline constexpr uint32_t kStateFolderMode = 0700;

class StateFolder {
 public:
  // Names only; nothing is touched. path: absolute.
  explicit StateFolder(std::string path) : path_(std::move(path)) {}

  // kRefused: the folder is there and belongs to another user; the message says what to do.
  [[nodiscard]] Status check_owner(FileSystem& files) const;
  // Makes what is missing, with mode 0700. kRefused: the folder is another user's, or may be
  // written by others, or what is private in it be read by them. kExists, kInvalid: something else
  // stands where a folder, or a file, of Kato's own belongs. The message says what to do.
  [[nodiscard]] Status prepare(FileSystem& files) const;
  // One process at a time owns the state. kRefused: another one does.
  [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(FileSystem& files) const;

  // The process id of the daemon that owns it; nothing: none does, or it cannot be told.
  [[nodiscard]] std::optional<int64_t> owner(FileSystem& files) const;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string config() const { return path_ + "/kato.yaml"; }
  [[nodiscard]] std::string index() const { return path_ + "/daemon-control.json"; }
  [[nodiscard]] std::string exports() const { return path_ + "/exports.jsonl"; }
  [[nodiscard]] std::string sessions() const { return path_ + "/sessions"; }
  [[nodiscard]] std::string recordings() const { return path_ + "/recordings"; }
  [[nodiscard]] std::string runtime() const { return path_ + "/runtime"; }
  [[nodiscard]] std::string status() const { return runtime() + "/status.json"; }
  [[nodiscard]] std::string socket() const { return runtime() + "/kato.sock"; }
  [[nodiscard]] std::string lock_file() const { return runtime() + "/daemon.lock"; }
  [[nodiscard]] std::string run_mark() const { return runtime() + "/run.json"; }
  [[nodiscard]] std::string owing_marks() const { return runtime() + "/owing.log"; }
  [[nodiscard]] std::string logs() const { return runtime() + "/logs"; }
  [[nodiscard]] std::string operational_log() const { return logs() + "/operational.jsonl"; }
  [[nodiscard]] std::string audit_log() const { return logs() + "/security-audit.jsonl"; }

  // key: make_session_key's.
  [[nodiscard]] std::string meta(std::string_view key) const { return of(key, ".meta.json"); }
  [[nodiscard]] std::string twin(std::string_view key) const { return of(key, ".twin.jsonl"); }
  [[nodiscard]] std::string ids(std::string_view key) const { return of(key, ".ids"); }
  [[nodiscard]] std::string writes(std::string_view key) const { return of(key, ".writes"); }
  [[nodiscard]] std::string held(std::string_view key) const { return of(key, ".held"); }
  // A twin or ids that are made beside those in use, until the meta names their generation.
  [[nodiscard]] static std::string beside(const std::string& path, uint32_t generation) {
    return path + ".g" + std::to_string(generation);
  }

 private:
  [[nodiscard]] std::string of(std::string_view key, std::string_view suffix) const;

  std::string path_;
};

}  // namespace kato
