// Declarations only: SpeechSynthesizer loads the library itself, see there.
#include <espeak-ng/speak_lib.h>
