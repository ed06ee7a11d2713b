// A rendered event that may stand in the file already, with a capture time that is gone.
#pragma once

#include "host/recording/destination_file.h"
#include "host/recording/event_matching.h"
#include "host/recording/recording_writer.h"
#include "host/recording/written_stretch.h"

namespace kato {

// Whether it was captured, and said, after the file was changed last before the doubt.
[[nodiscard]] bool is_later(const Event& event, const UnsureStretch& doubt);

// An event that may stand there as an earlier run captured it: then with a time that is gone,
// whatever time it has now.
struct DoubtfulEvent {
  const Event& event;
  const UnsureStretch& doubt;
};

// Changes the piece, which holds nothing but that event, to what stands there, with the time that
// it has there; or so that it can follow what does.
[[nodiscard]] Status fit_to_file(DestinationFile& file, const WrittenStretch& stretch,
                                 const TimelessRendering& how, const DoubtfulEvent& doubtful,
                                 RenderedPiece& piece);

}  // namespace kato
