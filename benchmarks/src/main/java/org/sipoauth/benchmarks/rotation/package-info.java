/**
 * The rotation soak: signing keys change under load, and nothing is lost. {@link
 * org.sipoauth.benchmarks.rotation.RotationSoak} is the program.
 */
@NullMarked
package org.sipoauth.benchmarks.rotation;

import org.jspecify.annotations.NullMarked;
