/** Where registered phones are: bindings, none of which outlives its token. */
@NullMarked
package org.sipoauth.registrar.location;

import org.jspecify.annotations.NullMarked;
