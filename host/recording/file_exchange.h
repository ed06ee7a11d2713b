// Puts a file that was made beside a destination into its place, and takes it back if the
// destination had changed meanwhile.
//
// The order that makes a kill at any point harmless: the new file is made and synced; what shall
// happen is committed as a ReplacementIntent; the files change places in one step; the displaced
// one is compared with what the intent says of it, and only then removed; the folder is synced
// before anybody is told how it ended.
#pragma once

#include <memory>

#include "host/base/error.h"
#include "host/io/file_system.h"
#include "host/policy/path_policy.h"
#include "host/session/session_meta.h"

namespace kato {

enum class ExchangeEnd : uint8_t {
  kInPlace,
  kNotInPlace,  // the destination is what it was, or what somebody else made of it
};

// Where the new file of a recording lies until then: under a name that nobody else would give.
[[nodiscard]] Decision place_beside(const Decision& place, const RecordingMeta& recording);

// What an interrupted attempt may have left there goes.
[[nodiscard]] Result<std::unique_ptr<File>> make_beside(FileSystem& files, const Decision& beside);

// Mode and owner become those of the destination, the content goes to the disk, and the intent says
// which file it is. An owner that cannot be given is an error.
[[nodiscard]] Status finish_beside(File& fresh, const FileInfo& destination,
                                   ReplacementIntent& intent);

// The intent is committed. An error leaves the destination as it was, but for kExists: both files
// were changed meanwhile; they stay, and the message names them. A new file that is gone then is
// forgotten with its number, which another one may get: that is to be committed.
[[nodiscard]] Result<ExchangeEnd> exchange_in(FileSystem& files, const std::string& path,
                                              ReplacementIntent& intent);

// Finishes, or takes back, what was interrupted. Nothing that somebody else wrote is removed.
[[nodiscard]] Result<ExchangeEnd> recover_exchange(FileSystem& files, const std::string& path,
                                                   const ReplacementIntent& intent);

}  // namespace kato
