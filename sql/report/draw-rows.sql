-- Draws the rows of the section @section, with the axis of time above them. The scripts
-- draw-....sql end with this one, which prints nothing.
.read sql/report/draw-dates.sql
INSERT INTO report_html
SELECT '<div class="row axis"><div class="who"></div><div class="time">' || group_concat(
       strftime(@when, @begin + value * @step * @steps / 4, 'unixepoch'), '')
       || '</div><div></div></div>'
  FROM json_each('[0, 1, 2, 3, 4]')
 WHERE EXISTS (SELECT 1 FROM report_row WHERE section = @section) GROUP BY NULL;
INSERT INTO report_html
WITH drawn AS (
  SELECT place, printf('<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f">'
                       || '<title>%s</title></rect>', class, x, 100 - height, width, height, title)
         AS svg FROM report_cell WHERE section = @section AND at IS NOT NULL UNION ALL
  SELECT place, printf('<path class="%s" stroke-width="%.1f" d="%s"/>', class, width,
                       group_concat(printf('M%.1f 100v-%.0f', x + width / 2, height), ''))
    FROM report_cell WHERE section = @section AND at IS NULL GROUP BY place, class, width)
SELECT '<div class="row ' || ifnull(class, '') || '"><div class="who">' || label
       || ifnull('<small>' || note || '</small>', '') || '</div><svg class="strip'
       || iif(tall, ' tall', '') || '" viewBox="0 0 1000 100" preserveAspectRatio="none">'
       || iif(tall, '', '<title>' || trim(replace(replace(ifnull(tail, '') || ', ' || said,
            '<span class="at">', ''), '</span>', ''), ', ') || '</title>')
       || ifnull((SELECT group_concat(svg, char(10)) FROM drawn d WHERE d.place = r.place), '')
       || '</svg><div class="num">' || ifnull(tail || '<br>', '') || said || '</div></div>'
  FROM report_row r WHERE section = @section ORDER BY place;
INSERT INTO report_html
SELECT '<p class="none">Nothing was found.</p>' WHERE @section <> 'none'
   AND NOT EXISTS (SELECT 1 FROM report_row WHERE section = @section);
.read sql/report/draw-script.sql
