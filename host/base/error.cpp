#include "host/base/error.h"

#include <cerrno>
#include <system_error>

namespace kato {
namespace {

ErrorCode code_of(int errno_value) {
  switch (errno_value) {
    case ENOENT:
      return ErrorCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kRefused;
    case EEXIST:
      return ErrorCode::kExists;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

Error::Error(ErrorCode code, std::string message, int errno_value)
    : told_(new Told{.code = code, .errno_value = errno_value, .message = std::move(message)}) {}

Error::Error(const Error& other) : told_(other.told_ ? new Told(*other.told_) : nullptr) {}

Error& Error::operator=(const Error& other) {
  if (this != &other) *this = Error(other);
  return *this;
}

void Error::Discard::operator()(const Told* told) const noexcept {
  delete told;
}

Error Error::with_context(std::string_view context) const {
  return {code(), fmt::format("{}: {}", context, message()), errno_value()};
}

bool is_passing(const Error& error) {
  switch (error.errno_value()) {
    case EIO:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
    case EINTR:
    case ESTALE:
    case ETIMEDOUT:
      return true;
    default:
      return false;
  }
}

std::unexpected<Error> fail_errno(int errno_value, std::string_view what) {
  auto text = std::string(what).append(": ");
  text += std::generic_category().message(errno_value);
  return std::unexpected(Error(code_of(errno_value), std::move(text), errno_value));
}

}  // namespace kato
