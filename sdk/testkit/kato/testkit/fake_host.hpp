// A host for tests: hands bytes back, hashes, remembers what it is told, cancels when asked to.
#pragma once

#include <cstdint>
#include <kato/host.h>
#include <string>
#include <string_view>
#include <vector>

namespace kato::testkit {

struct Complaint {
  kato_status status = KATO_OK;
  uint64_t offset_bytes = 0;  // UINT64_MAX: nowhere
  std::string message;
};

// What read_back does.
enum class ReadBackMode {
  kGives,   // what lies at the range in the source, if it has the hash
  kIsGone,  // KATO_SKIP_RECORD
  kIsBusy,  // KATO_RETRY_LATER
};

class FakeHost {
 public:
  FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;
  FakeHost(FakeHost&&) = delete;
  FakeHost& operator=(FakeHost&&) = delete;
  ~FakeHost() = default;

  [[nodiscard]] const kato_host* c() const noexcept { return &host_; }

  // Borrowed: the bytes that read_back speaks of.
  void set_source(std::string_view bytes) noexcept { source_ = bytes; }
  void set_read_back(ReadBackMode mode) noexcept { read_back_mode_ = mode; }
  // From the n-th question on cancelled() says yes; 0: never.
  void cancel_from(uint64_t question) noexcept { cancel_from_ = question; }

  [[nodiscard]] uint64_t questions() const noexcept { return questions_; }
  [[nodiscard]] uint64_t read_backs() const noexcept { return read_backs_; }
  // What was said through error() and log(), in order; the first thousand of each.
  [[nodiscard]] const std::vector<Complaint>& complaints() const noexcept { return complaints_; }
  [[nodiscard]] const std::vector<std::string>& log_lines() const noexcept { return log_lines_; }

  // XXH3-64, as the host's.
  [[nodiscard]] static uint64_t hash_of(std::string_view bytes) noexcept;

 private:
  static void log(void* context, int32_t level, kato_str message);
  static void error(void* context, kato_status status, uint64_t offset, kato_str message);
  static int32_t cancelled(void* context);
  static uint64_t hash(void* context, kato_bytes bytes);
  static kato_status read_back(void* context, kato_range range, kato_bytes* out);
  static const void* extension(void* context, kato_str id);

  kato_host host_{};
  std::string_view source_;
  ReadBackMode read_back_mode_ = ReadBackMode::kGives;
  uint64_t cancel_from_ = 0;
  uint64_t questions_ = 0;
  uint64_t read_backs_ = 0;
  std::string handed_back_;
  std::vector<Complaint> complaints_;
  std::vector<std::string> log_lines_;
};

}  // namespace kato::testkit
