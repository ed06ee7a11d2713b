// Errors as values. Every function that can fail returns Result<T> or Status.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace kato {

// What a caller may want to tell apart. The text says the rest.
enum class ErrorCode {
  kInvalid,      // the input is not what it should be: config, arguments, state
  kNotFound,     // what was named is not there
  kExists,       // what was to be made is there already
  kRefused,      // policy, permissions or a lock forbid it
  kUnsupported,  // a version, format or option that this build does not know
  kIo,           // the operating system failed; errno_value() says how
  kPlugin,       // a plugin broke its contract or reported a failure
  kCancelled,
  kInternal,  // a broken invariant: a bug in Kato
};

// What went wrong, where, and what to do. Context is put in front on the way up:
// "start recording: open /notes/x.md: Permission denied". No larger than a pointer, since a result
// is handed on everywhere and hardly ever holds one; nothing is to be asked of one that was moved
// from.
class Error {
 public:
  [[gnu::cold]] Error(ErrorCode code, std::string message, int errno_value = 0);
  [[gnu::cold]] Error(const Error& other);
  [[gnu::cold]] Error& operator=(const Error& other);
  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  ~Error() = default;

  [[nodiscard]] ErrorCode code() const noexcept { return told_->code; }
  [[nodiscard]] const std::string& message() const noexcept { return told_->message; }
  // 0 unless the code is kIo, kRefused or kNotFound and the operating system said it.
  [[nodiscard]] int errno_value() const noexcept { return told_->errno_value; }

  // The same error with "context: " before its message.
  [[nodiscard]] Error with_context(std::string_view context) const;

 private:
  struct Told {
    ErrorCode code;
    int errno_value;
    std::string message;
  };
  struct Discard {
    [[gnu::cold]] void operator()(const Told* told) const noexcept;
  };
  std::unique_ptr<const Told, Discard> told_;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// What follows is rarely called. Said to the compiler, it keeps what leads to an error out of the
// way of what is run at each append (see bench/append_path.txt).
template <class... Args>
[[nodiscard, gnu::cold, gnu::noinline]] std::unexpected<Error> fail(
    ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Error(code, fmt::format(format, std::forward<Args>(args)...)));
}

// The system failed in a way that may pass, where the same question may have another answer later;
// not what is wrong with a path, nor what is forbidden.
[[nodiscard]] bool is_passing(const Error& error);

// "<what>: <text of errno>". ENOENT becomes kNotFound, EACCES, EPERM and EROFS kRefused, the rest
// kIo.
[[nodiscard, gnu::cold]] std::unexpected<Error> fail_errno(int errno_value, std::string_view what);

// For `if (!r) return forward(r, "start recording");`
template <class T>
[[nodiscard, gnu::cold, gnu::noinline]] std::unexpected<Error> forward(const Result<T>& result,
                                                                       std::string_view context) {
  return std::unexpected(result.error().with_context(context));
}
template <class T>
[[nodiscard, gnu::cold, gnu::noinline]] std::unexpected<Error> forward(const Result<T>& result) {
  return std::unexpected(result.error());
}

}  // namespace kato
