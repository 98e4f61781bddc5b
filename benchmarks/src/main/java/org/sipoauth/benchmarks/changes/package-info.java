/** Everything that operators change, while phones register. */
@NullMarked
package org.sipoauth.benchmarks.changes;

import org.jspecify.annotations.NullMarked;
