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

Error Error::with_context(std::string_view context) const {
  return {code_, fmt::format("{}: {}", context, message_), errno_};
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
  const auto text = std::generic_category().message(errno_value);
  return std::unexpected(
      Error(code_of(errno_value), fmt::format("{}: {}", what, text), errno_value));
}

}  // namespace kato
